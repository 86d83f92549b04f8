import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { HOST_CONNECTIONS_BYTES, HostConnectionBoard } from "./host-connections.js";
import { HostRows, hostRowsBytes } from "./host-rows.js";

const ROW_COUNT = 4096;

function address(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:80`;
}

function rows(memory = new SharedArrayBuffer(hostRowsBytes(1))): HostRows {
  return new HostRows(memory, 1);
}

describe("rows of hosts", () => {
  test("each address has one of its own, the same for all workers, as long as there are any", () => {
    const memory = new SharedArrayBuffer(hostRowsBytes(1));
    const [one, other] = [rows(memory), rows(memory)];
    const taken = Array.from({ length: ROW_COUNT }, (_, index) => one.take(address(index)));
    assert.equal(new Set(taken).size, ROW_COUNT);
    assert.ok(taken.every((row) => row > 0));
    assert.equal(other.take(address(7)), taken[7]);
    assert.equal(other.take("192.0.2.1:80"), -1);
  });

  test("one that nobody uses any more is the next host's, which finds nothing counted", () => {
    const all = rows();
    const taken = Array.from({ length: ROW_COUNT }, (_, index) => all.take(address(index)));
    const row = taken[99] as number;
    all.cells[row] = 5;
    assert.equal(all.take(address(99)), row);
    all.release(row);
    assert.equal(all.take("192.0.2.1:80"), -1, "it still has a user");
    all.release(row);
    assert.equal(all.take("192.0.2.1:80"), row);
    assert.equal(all.cells[row], 0);
    all.release(-1);
    assert.equal(all.take("192.0.2.2:80"), -1);
  });

  test("hosts may come and go without end", () => {
    const all = rows();
    const stays = all.take("192.0.2.1:80");
    all.cells[stays] = 3;
    for (let index = 0; index < 5 * ROW_COUNT; index++) {
      const row = all.take(address(index));
      assert.notEqual(row, -1);
      all.release(row);
    }
    assert.equal(all.take("192.0.2.1:80"), stays);
    assert.equal(all.cells[stays], 3);
  });

  test("threads that take and give up at the same time never share a row for two hosts", async () => {
    const memory = new SharedArrayBuffer(hostRowsBytes(1));
    const source = `
      const { workerData, parentPort } = require("node:worker_threads");
      import(workerData.module).then(({ HostRows }) => {
        const rows = new HostRows(workerData.memory, 1);
        let wrong = 0;
        for (let round = 0; round < 3000; round++) {
          const host = round % 7;
          const row = rows.take("10.0.0." + host + ":80");
          Atomics.add(rows.cells, row, host + 1);
          if (Atomics.load(rows.cells, row) % (host + 1) !== 0) wrong++;
          Atomics.sub(rows.cells, row, host + 1);
          rows.release(row);
        }
        parentPort.postMessage(wrong);
      });`;
    const module = new URL("./host-rows.js", import.meta.url).href;
    const workers = [0, 1].map(() => new Worker(source, { eval: true, workerData: { memory, module } }));
    const wrong = await Promise.all(
      workers.map((worker) => new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject))),
    );
    assert.deepEqual(wrong, [0, 0]);
  });
});

test("connections to a host that is gone are counted to their end, and then its row is free", () => {
  const memory = new SharedArrayBuffer(HOST_CONNECTIONS_BYTES);
  const [one, other] = [new HostConnectionBoard(memory), new HostConnectionBoard(memory)];
  const leaving = one.countOf("10.0.0.1:80");
  leaving.inc();
  leaving.inc();
  leaving.release();
  const back = other.countOf("10.0.0.1:80");
  assert.equal(back.count, 2, "the same host, whose connections are still there");
  back.release();
  leaving.dec();
  leaving.dec();
  const anew = one.countOf("10.0.0.1:80");
  assert.equal(anew.count, 0);
  anew.inc();
  leaving.release();
  assert.equal(one.countOf("10.0.0.1:80").count, 1);
});
