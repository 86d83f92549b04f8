import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outlierConfig } from "../outlier-detection/outlier.test.support.js";
import { HostOutlierMonitor } from "./host-outlier-monitor.js";
import { OUTLIER_BOARD_BYTES, OutlierBoard } from "./outlier-board.js";
import type { OutlierDetectionConfig } from "./outlier-config.js";

const ADDRESS = "10.0.0.1:80";

/** Two workers that watch the same host. */
function monitors(overrides: Partial<OutlierDetectionConfig> = {}) {
  const memory = new SharedArrayBuffer(OUTLIER_BOARD_BYTES);
  const reports: string[] = [];
  const receiver = {
    onDegraded: (address: string) => void reports.push(`${address} degraded`),
    onConsecutiveFailures: (address: string, type: string) => void reports.push(`${address} ${type}`),
  };
  const create = () => new HostOutlierMonitor(ADDRESS, outlierConfig(overrides), new OutlierBoard(memory), receiver);
  return { one: create(), other: create(), reports, board: new OutlierBoard(memory) };
}

describe("failures in a row", () => {
  test("are counted over all workers, and reported once", () => {
    const { one, other, reports } = monitors({ consecutive5xx: 3 });
    one.putResponse(500);
    other.putResponse(500);
    assert.deepEqual(reports, []);
    one.putResponse(500);
    assert.deepEqual(reports, [`${ADDRESS} consecutive_5xx`]);
    other.putResponse(500);
    assert.equal(reports.length, 1, "counting begins anew");
  });

  test("end with a success", () => {
    const { one, other, reports } = monitors({ consecutive5xx: 2 });
    one.putResponse(500);
    other.putResponse(404);
    one.putResponse(500);
    assert.deepEqual(reports, []);
  });

  test("of a gateway are 502, 503 and 504; another 5xx ends them", () => {
    const { one, reports } = monitors({ consecutiveGatewayFailure: 2, consecutive5xx: 100 });
    for (const status of [502, 500, 503, 505, 504]) one.putResponse(status);
    assert.deepEqual(reports, []);
    one.putResponse(503);
    assert.deepEqual(reports, [`${ADDRESS} consecutive_gateway_failure`]);
  });

  test("0 is never reached", () => {
    const { one, reports } = monitors({ consecutive5xx: 0, consecutiveGatewayFailure: 0 });
    for (let i = 0; i < 20; i++) one.putResponse(503);
    assert.deepEqual(reports, []);
  });
});

describe("what happens on our side", () => {
  test("counts as 503 or 504", () => {
    const { one, reports } = monitors({ consecutive5xx: 9, consecutiveGatewayFailure: 3 });
    one.putLocalOrigin("connectFailed");
    one.putTimeout(504);
    one.putLocalOrigin("connected");
    one.putLocalOrigin("connectFailed");
    assert.deepEqual(reports, [`${ADDRESS} consecutive_gateway_failure`]);
  });

  test("a timeout that the client is told as 204 is no failure", () => {
    const { one, reports, board } = monitors({ consecutive5xx: 2 });
    one.putTimeout(504);
    one.putTimeout(204);
    one.putTimeout(504);
    assert.deepEqual(reports, []);
    const row = board.take(ADDRESS);
    assert.deepEqual([board.takeCount(row, "requests"), board.takeCount(row, "successes")], [3, 1]);
  });

  test("counts apart when asked to", () => {
    const { one, reports, board } = monitors({ splitLocalOriginErrors: true, consecutiveLocalOriginFailure: 2 });
    one.putLocalOrigin("connectFailed");
    one.putLocalOrigin("connected");
    one.putTimeout(504);
    one.putResponse(500);
    assert.deepEqual(reports, []);
    one.putLocalOrigin("connectFailed");
    assert.deepEqual(reports, [`${ADDRESS} consecutive_local_origin_failure`]);
    const row = board.take(ADDRESS);
    assert.deepEqual([board.takeCount(row, "localRequests"), board.takeCount(row, "localSuccesses")], [4, 1]);
    assert.deepEqual([board.takeCount(row, "requests"), board.takeCount(row, "successes")], [1, 0]);
  });
});

test("what a host that is gone still comes to counts for nobody", () => {
  const { one, other, reports, board } = monitors({ consecutive5xx: 2 });
  one.putResponse(500);
  one.release();
  one.release();
  one.putResponse(500);
  assert.deepEqual(reports, []);
  other.putResponse(500);
  assert.equal(reports.length, 1, "the other worker still has the host");
  other.release();
  const row = board.take(ADDRESS);
  assert.equal(board.takeCount(row, "requests"), 0, "a host that comes back starts anew");
});
