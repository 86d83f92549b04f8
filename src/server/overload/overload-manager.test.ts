import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { until } from "../../../test/support/until.js";
import { ConnectionLimit } from "../../network/connection-limit.js";
import type { OverloadConfig, OverloadTriggerConfig } from "../../overload/overload-config.js";
import { actionSlot, OVERLOAD_STATE_BYTES, SATURATED } from "../../overload/overload-state.js";
import { OverloadManager } from "./overload-manager.js";

const ACTION = "envoy.overload_actions.stop_accepting_requests";

/** A manager that watches a file. */
async function watching(t: TestContext, text: string, trigger: Omit<OverloadTriggerConfig, "resource">) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-overload-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "pressure");
  writeFileSync(path, text);
  const stats = new RecordedStats();
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const config: OverloadConfig = {
    refreshIntervalMs: 5,
    monitors: [{ kind: "injected", name: "file", path }],
    actions: [{ name: ACTION, triggers: [{ resource: "file", ...trigger }] }],
  };
  const states = new SharedArrayBuffer(OVERLOAD_STATE_BYTES);
  const manager = new OverloadManager(config, {
    states,
    connections: new ConnectionLimit(new Int32Array(1), 0, Number.POSITIVE_INFINITY),
    stats: stats.root,
    log: { debugEnabled: false, debug: note, info: note, warn: note, error: note },
  });
  t.after(() => manager.stop());
  await manager.start();
  const share = (): number => (new Int32Array(states)[actionSlot(ACTION)] as number) / SATURATED;
  return { path, stats, lines, share };
}

test("a threshold makes the action wholly active, and its end is told", async (t) => {
  const run = await watching(t, "0.95\n", { from: 0.95, to: 0.95 });
  assert.equal(run.share(), 1);
  assert.equal(run.stats.value("overload.file.pressure"), 95);
  assert.equal(run.stats.value(`overload.${ACTION}.active`), 1);
  assert.equal(run.stats.value(`overload.${ACTION}.scale_percent`), 100);
  writeFileSync(run.path, "0.5");
  await until("the action is over", async () => {
    await pause(1);
    return run.share() === 0;
  });
  assert.equal(run.stats.value(`overload.${ACTION}.active`), 0);
  assert.deepEqual(run.lines, [`overload: ${ACTION} is active`, `overload: ${ACTION} is no longer active`]);
});

test("a scaled trigger strikes in proportion", async (t) => {
  const run = await watching(t, "0.85", { from: 0.8, to: 0.9 });
  assert.ok(Math.abs(run.share() - 0.5) < 0.001, String(run.share()));
  assert.equal(run.stats.value(`overload.${ACTION}.active`), 0);
  assert.ok([49, 50].includes(run.stats.value(`overload.${ACTION}.scale_percent`)));
});

test("what cannot be measured keeps its pressure, and is counted", async (t) => {
  const run = await watching(t, "1", { from: 0.9, to: 0.9 });
  writeFileSync(run.path, "much");
  await until("it failed", async () => {
    await pause(1);
    return run.stats.value("overload.file.failed_updates") > 0;
  });
  assert.equal(run.share(), 1);
  assert.ok(run.lines.some((line) => line.includes('"much" is no number from 0 to 1')));
});

test("the memory of the process and the connections of clients are pressures", async () => {
  const counts = new Int32Array(1);
  const connections = new ConnectionLimit(counts, 0, 4);
  connections.take();
  const stats = new RecordedStats();
  const manager = new OverloadManager(
    {
      refreshIntervalMs: 60_000,
      monitors: [
        { kind: "fixedHeap", name: "heap", maxBytes: process.memoryUsage.rss() * 2 },
        { kind: "downstreamConnections", name: "cx", maxConnections: 4 },
      ],
      actions: [],
    },
    {
      states: new SharedArrayBuffer(OVERLOAD_STATE_BYTES),
      connections,
      stats: stats.root,
      log: { debugEnabled: false, debug: assert.fail, info: assert.fail, warn: assert.fail, error: assert.fail },
    },
  );
  await manager.start();
  manager.stop();
  assert.equal(stats.value("overload.cx.pressure"), 25);
  const heap = stats.value("overload.heap.pressure");
  assert.ok(heap > 10 && heap < 100, String(heap));
});
