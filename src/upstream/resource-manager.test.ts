import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { limits } from "./cluster.test.support.js";
import { RESOURCE_COUNTS_BYTES, ResourceManager } from "./resource-manager.js";

function memory(): SharedArrayBuffer {
  return new SharedArrayBuffer(RESOURCE_COUNTS_BYTES);
}

describe("ResourceManager", () => {
  test("a resource can be created up to its limit, and again when one is given back", () => {
    const { requests } = new ResourceManager(memory(), "default", limits({ maxRequests: 2 }));
    assert.equal(requests.canCreate(), true);
    requests.inc();
    requests.inc();
    assert.equal(requests.canCreate(), false);
    requests.dec();
    assert.equal(requests.canCreate(), true);
    assert.equal(requests.count, 1);
  });

  test("a retry budget is a share of what is active or waits, and never below its minimum", () => {
    const retryBudget = { percent: 25, minConcurrency: 2 };
    const { requests, pendingRequests, retries } = new ResourceManager(memory(), "default", limits({ retryBudget }));
    assert.equal(retries.max, 2);
    for (let i = 0; i < 10; i++) requests.inc();
    pendingRequests.inc();
    assert.equal(retries.max, 2);
    pendingRequests.inc();
    assert.equal(retries.max, 3);
    for (let i = 0; i < 3; i++) retries.inc();
    assert.equal(retries.canCreate(), false);
    assert.equal(retries.remaining, 0);
  });

  test("a limit of 0 allows nothing", () => {
    assert.equal(new ResourceManager(memory(), "high", limits({ maxRetries: 0 })).retries.canCreate(), false);
  });

  test("the resources and priorities of one cluster do not touch each other", () => {
    const shared = memory();
    const low = new ResourceManager(shared, "default", limits({}));
    const high = new ResourceManager(shared, "high", limits({}));
    const all = [low, high].flatMap((manager) => [
      manager.connections,
      manager.pendingRequests,
      manager.requests,
      manager.retries,
    ]);
    for (const [index, resource] of all.entries()) for (let i = 0; i <= index; i++) resource.inc();
    assert.deepEqual(
      all.map((resource) => resource.count),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
  });

  test("managers of the same memory count together", () => {
    const shared = memory();
    const one = new ResourceManager(shared, "default", limits({ maxConnections: 2 }));
    const other = new ResourceManager(shared, "default", limits({ maxConnections: 2 }));
    one.connections.inc();
    other.connections.inc();
    assert.equal(one.connections.canCreate(), false);
    one.connections.dec();
    assert.equal(other.connections.count, 1);
  });

  test("nothing is lost when threads count at once", async () => {
    const shared = memory();
    const { connections } = new ResourceManager(shared, "default", limits({}));
    const program = `
      const { workerData } = require("node:worker_threads");
      import(workerData.module).then(({ ResourceManager }) => {
        const { connections } = new ResourceManager(workerData.shared, "default", workerData.limits);
        for (let i = 0; i < 20_000; i++) connections.inc();
        for (let i = 0; i < 19_000; i++) connections.dec();
      });`;
    const module = new URL("./resource-manager.js", import.meta.url).href;
    const ended = [1, 2].map(() => {
      const worker = new Worker(program, { eval: true, workerData: { module, shared, limits: limits({}) } });
      return new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    });
    await Promise.all(ended);
    assert.equal(connections.count, 2_000);
  });
});
