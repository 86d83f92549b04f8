import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limits } from "../cluster.test.support.js";
import { PoolRun } from "./pool.test.support.js";

/** A pool with one connection that has been used. */
function used(...args: ConstructorParameters<typeof PoolRun>): PoolRun {
  const run = new PoolRun(...args);
  run.ask("1");
  run.run();
  run.answer(0);
  return run;
}

describe("streams that need a fresh connection", () => {
  test("do not take one that was used", () => {
    const run = used();
    const stream = run.ask("2", run.pool(), true);
    assert.deepEqual(stream.events, []);
    run.run();
    assert.deepEqual(stream.events, ["on 2"]);
    run.answer(1);
    run.finish();
  });

  test("let others pass that do", () => {
    const run = used({ defaultLimits: limits({ maxConnections: 2 }) });
    const busy = run.ask("2");
    const fresh = run.ask("3", run.pool(), true);
    const other = run.ask("4");
    run.answer(0);
    assert.deepEqual(busy.events, ["on 1", "200", "complete"]);
    assert.deepEqual(other.events, ["on 1"]);
    assert.deepEqual(fresh.events, ["on 2"]);
    run.answer(0);
    run.answer(1);
    run.finish();
  });

  test("have an idle connection make room at the limit", () => {
    const run = used({ defaultLimits: limits({ maxConnections: 1 }) });
    const stream = run.ask("2", run.pool(), true);
    run.run();
    assert.deepEqual(stream.events, ["on 2"]);
    assert.notEqual(run.connection(0).fate, "open");
    run.answer(1);
    run.finish();
  });

  test("may give up", () => {
    const run = used();
    run.ask("2", run.pool(), true).waiting?.cancel();
    run.run();
    const next = run.ask("3", run.pool(), true);
    assert.deepEqual(next.events, ["on 2"], "what was opened for it has not been used");
    run.run();
    run.answer(1);
    run.finish();
  });
});
