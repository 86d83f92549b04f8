import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RecordedStats } from "../../test/support/recorded-stats.js";
import { SeededRandom } from "../../test/support/seeded-random.js";
import { OVERLOAD_ACTION_NAMES, type OverloadActionName, type OverloadConfig } from "./overload-config.js";
import { actionSlot, OVERLOAD_STATE_BYTES, OverloadState, SATURATED } from "./overload-state.js";

const ALL_ACTIONS: OverloadConfig = {
  refreshIntervalMs: 1_000,
  monitors: [],
  actions: OVERLOAD_ACTION_NAMES.map((name) => ({ name, triggers: [] })),
};

class Worker {
  readonly stats = new RecordedStats();
  private readonly memory = new SharedArrayBuffer(OVERLOAD_STATE_BYTES);
  readonly state = new OverloadState(ALL_ACTIONS, this.memory, new SeededRandom(1), this.stats.root);

  set(name: OverloadActionName, share: number): void {
    new Int32Array(this.memory)[actionSlot(name)] = Math.round(share * SATURATED);
  }

  get decisions(): readonly boolean[] {
    return [this.state.refusesRequest(), this.state.endsConnection(), this.state.refusesConnection()];
  }
}

const EXPECTED: Readonly<Record<OverloadActionName, readonly boolean[]>> = {
  "envoy.overload_actions.stop_accepting_requests": [true, false, false],
  "envoy.overload_actions.disable_http_keepalive": [false, true, false],
  "envoy.overload_actions.stop_accepting_connections": [false, false, true],
  "envoy.overload_actions.reject_incoming_connections": [false, false, true],
  "envoy.load_shed_points.tcp_listener_accept": [false, false, true],
  "envoy.load_shed_points.http_connection_manager_decode_headers": [true, false, false],
};

describe("what a worker does under load", () => {
  test("nothing is refused before the main thread says so", () => {
    assert.deepEqual(new Worker().decisions, [false, false, false]);
  });

  for (const name of OVERLOAD_ACTION_NAMES) {
    test(`${name} strikes what it is for`, () => {
      const worker = new Worker();
      worker.set(name, 1);
      assert.deepEqual(worker.decisions, EXPECTED[name]);
      worker.set(name, 0);
      assert.deepEqual(worker.decisions, [false, false, false]);
    });
  }

  test("an action that is active in part strikes that share", () => {
    const worker = new Worker();
    worker.set("envoy.overload_actions.stop_accepting_requests", 0.25);
    let refused = 0;
    for (let i = 0; i < 4_000; i++) if (worker.state.refusesRequest()) refused++;
    assert.ok(refused > 850 && refused < 1_150, String(refused));
  });

  test("load shed points count what they shed", () => {
    const worker = new Worker();
    worker.set("envoy.load_shed_points.tcp_listener_accept", 1);
    worker.state.refusesConnection();
    worker.state.refusesConnection();
    assert.equal(worker.stats.value("overload.envoy.load_shed_points.tcp_listener_accept.shed_load_count"), 2);
  });
});
