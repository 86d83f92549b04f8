import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker as Thread } from "node:worker_threads";
import { ClosingGate } from "./closing-gate.js";

/** Passes the gate on a thread of its own, and counts how many had arrived when it closed. */
const PROGRAM = `
import { workerData, parentPort } from "node:worker_threads";
const { ClosingGate } = await import(workerData.module);
const arrived = new Int32Array(workerData.arrived);
Atomics.add(arrived, 0, 1);
new ClosingGate(workerData.parties, workerData.memory).pass(() => {
  parentPort.postMessage(Atomics.load(arrived, 0));
});
`;

test("nobody closes before all are there", async () => {
  const parties = 4;
  const gate = new ClosingGate(parties);
  const arrived = new SharedArrayBuffer(4);
  const module = new URL("./closing-gate.js", import.meta.url).href;
  const workerData = { module, parties, memory: gate.memory, arrived };
  const url = new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`);
  const threads = Array.from({ length: parties - 1 }, () => new Thread(url, { workerData }));
  const seen = Promise.all(
    threads.map(
      (thread) => new Promise<number>((resolve, reject) => thread.on("message", resolve).on("error", reject)),
    ),
  );
  let here = 0;
  // This thread blocks in the gate, so it comes when the others are on their way.
  Atomics.add(new Int32Array(arrived), 0, 1);
  gate.pass(() => {
    here = Atomics.load(new Int32Array(arrived), 0);
  });
  assert.equal(here, parties);
  assert.deepEqual(await seen, [parties, parties, parties]);
});
