import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { cpuSeconds, peakMemoryBytes, processTree } from "./process-cpu.js";

/** Starts a child, burns a quarter of a second in it and in a thread of its own, and waits. */
const BUSY = `
  const { spawn } = require("node:child_process");
  const burn = "const end = process.cpuUsage().user + 250_000; while (process.cpuUsage().user < end);";
  if (process.argv[1] === "parent") {
    spawn(process.execPath, ["-e", burn + "console.log('done'); setInterval(() => {}, 1000)"], { stdio: "inherit" });
    new (require("node:worker_threads").Worker)(burn, { eval: true });
    setInterval(() => {}, 1000);
  }
`;

test("counts threads and children of the whole tree", { skip: process.platform !== "linux" }, async () => {
  const child = spawn(process.execPath, ["-e", BUSY, "parent"], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const tree = processTree(child.pid as number);
  assert.equal(tree.length, 2);
  assert.ok(cpuSeconds(tree) >= 0.45, `${cpuSeconds(tree)} s`);
  assert.ok(cpuSeconds([child.pid as number]) < cpuSeconds(tree));
  assert.ok(peakMemoryBytes(tree) > 20 * 1024 * 1024);
  for (const pid of tree) process.kill(pid, "SIGKILL");
  await once(child, "exit");
  // The child was waited for and is gone; whoever inherits the grandchild may not have waited yet.
  assert.equal(cpuSeconds([child.pid as number]), 0);
});
