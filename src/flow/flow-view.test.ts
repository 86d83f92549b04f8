import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlowRecorder } from "./flow-recorder.js";
import { FlowSteps } from "./flow-step.js";
import { recentStreams, streamRecords, streamTimeline } from "./flow-view.js";

/** Two streams on connection 1, one after the other, with another connection's bytes in between. */
function recorded(): FlowRecorder {
  let now = 100;
  const recorder = new FlowRecorder(() => now++, null, 64);
  recorder.record(FlowSteps.downstreamReadReady, 1, 0, "", 40);
  recorder.record(FlowSteps.downstreamReadReady, 9, 0, "", 7);
  recorder.record(FlowSteps.filterDecode, 1, 5, "router");
  recorder.record(FlowSteps.routerStarts, 1, 5, "GET /one");
  recorder.record(FlowSteps.streamTied, 1, 5, "", -1, 2);
  recorder.record(FlowSteps.responseHeadComplete, 2, 5, "", 200);
  recorder.record(FlowSteps.streamEnded, 1, 5, "via_upstream", 200);
  recorder.record(FlowSteps.downstreamReadReady, 1, 0, "", 41);
  recorder.record(FlowSteps.filterDecode, 1, 6, "router");
  recorder.record(FlowSteps.streamEnded, 1, 6, "route_not_found", 404);
  return recorder;
}

describe("the flow of a stream", () => {
  test("begins with the bytes its head came in, and has nothing of others", () => {
    const steps = (streamId: number): readonly string[] =>
      streamRecords(recorded().records(), streamId).map(
        ({ connectionId, step, amount }) => `${connectionId} ${step} ${amount}`,
      );
    const { downstreamReadReady, filterDecode, routerStarts, streamTied, responseHeadComplete, streamEnded } =
      FlowSteps;
    assert.deepEqual(steps(5), [
      `1 ${downstreamReadReady} 40`,
      `1 ${filterDecode} -1`,
      `1 ${routerStarts} -1`,
      `1 ${streamTied} -1`,
      `2 ${responseHeadComplete} 200`,
      `1 ${streamEnded} 200`,
    ]);
    assert.deepEqual(steps(6), [`1 ${downstreamReadReady} 41`, `1 ${filterDecode} -1`, `1 ${streamEnded} 404`]);
    assert.deepEqual(steps(7), []);
  });

  test("reads as a timeline", () => {
    const lines = (streamTimeline(recorded().records(), 5) as string).split("\n");
    assert.equal(lines[0], "[S5] on [C1]");
    assert.match(lines[1] as string, /^ +\+0\.000 ms {2}A1 +\[C1\] +downstream-read-ready 40 bytes$/);
    assert.match(lines[4] as string, /^ +\+4\.000 ms {2}B8 +\[C1\]-\[C2\]/);
    assert.match(lines[5] as string, /D2 .* 200$/, "a status is no number of bytes");
    assert.match(lines[6] as string, /F5 .*stream ended 200 \(via_upstream\)$/);
    assert.equal(streamTimeline(recorded().records(), 7), null);
  });

  test("of a stream whose beginning is gone tells the connection it ended on", () => {
    const late = recorded().records().slice(5);
    assert.match(streamTimeline(late, 5) as string, /^\[S5\] on \[C1\]\n/);
  });
});

test("the streams that ended last come first, with what was asked for", () => {
  const records = recorded().records();
  assert.deepEqual(recentStreams(records, 10), [
    { streamId: 6, connectionId: 1, text: "404 route_not_found" },
    { streamId: 5, connectionId: 1, text: "200 via_upstream GET /one" },
  ]);
  assert.equal(recentStreams(records, 1).length, 1);
  assert.deepEqual(recentStreams([], 10), []);
});
