import assert from "node:assert/strict";
import { test } from "node:test";
import { FlowRecorder } from "./flow-recorder.js";
import { FlowSteps, flowStepLabel } from "./flow-step.js";
import { recentStreams, streamRecords, streamTimeline } from "./flow-view.js";

/** A recorder whose clock goes on by a millisecond a record. */
function newRecorder(capacity?: number): FlowRecorder {
  let now = 0;
  return new FlowRecorder(() => now++, null, capacity);
}

/** A request on connection 1, up to its end. */
function recordRequest(recorder: FlowRecorder, streamId: number, target: string): void {
  recorder.record(FlowSteps.downstreamReadReady, 1, 0, "", 30);
  recorder.record(FlowSteps.requestComplete, 1, streamId);
  recorder.record(FlowSteps.filterDecode, 1, streamId, "headers");
  recorder.record(FlowSteps.routerStarts, 1, streamId, target);
  recorder.record(FlowSteps.streamTied, 1, streamId, "10.0.0.1:80", -1, 2);
  recorder.record(FlowSteps.streamEnded, 1, streamId, "via_upstream", 200);
}

function labelsOf(recorder: FlowRecorder, streamId: number): string {
  return streamRecords(recorder.records(), streamId)
    .map(({ step }) => flowStepLabel(step))
    .join(" ");
}

test("a stream has the bytes that its head came from, and none of its neighbours'", () => {
  const recorder = newRecorder();
  recordRequest(recorder, 7, "GET /a");
  recorder.record(FlowSteps.downstreamReadReady, 3, 0, "", 10);
  recordRequest(recorder, 8, "GET /b");
  assert.equal(labelsOf(recorder, 7), "A1 A4 A6 B1 B8 F5");
  assert.equal(labelsOf(recorder, 8), "A1 A4 A6 B1 B8 F5");
  assert.equal(labelsOf(recorder, 9), "");
});

test("a timeline tells time, step, connections, bytes or status, and detail", () => {
  const recorder = newRecorder();
  recordRequest(recorder, 7, "GET /a");
  assert.equal(
    streamTimeline(recorder.records(), 7),
    `[S7] on [C1]
   +0.000 ms  A1   [C1]          downstream-read-ready 30 bytes
   +1.000 ms  A4   [C1]          request complete: onMessageComplete
   +2.000 ms  A6   [C1]          FilterManager.decode: filter chain in order (headers)
   +3.000 ms  B1   [C1]          RouterFilter.decodeHeaders runs (GET /a)
   +4.000 ms  B8   [C1]-[C2]     downstream stream and upstream connection tied together (10.0.0.1:80)
   +5.000 ms  F5   [C1]          stream ended 200 (via_upstream)
`,
  );
  assert.equal(streamTimeline(recorder.records(), 6), null);
});

test("the list has the streams that ended last, newest first", () => {
  const recorder = newRecorder();
  recordRequest(recorder, 1, "GET /a");
  recordRequest(recorder, 2, "GET /b");
  recorder.record(FlowSteps.routerStarts, 1, 3, "GET /in-flight");
  const both = [
    { streamId: 2, connectionId: 1, text: "200 via_upstream GET /b" },
    { streamId: 1, connectionId: 1, text: "200 via_upstream GET /a" },
  ];
  assert.deepEqual(recentStreams(recorder.records(), 10), both);
  assert.deepEqual(recentStreams(recorder.records(), 1), both.slice(0, 1));
});

test("the ring keeps the latest records; of a stream that is half gone the rest is shown", () => {
  const recorder = newRecorder(8);
  recordRequest(recorder, 1, "GET /a");
  recordRequest(recorder, 2, "GET /b");
  assert.deepEqual(
    recorder.records().map(({ sequence }) => sequence),
    [4, 5, 6, 7, 8, 9, 10, 11],
  );
  assert.equal(labelsOf(recorder, 1), "B8 F5");
  assert.match(streamTimeline(recorder.records(), 1) ?? "", /^\[S1\] on \[C1\]\n/);
  assert.deepEqual(
    recentStreams(recorder.records(), 10).map(({ text }) => text),
    ["200 via_upstream GET /b", "200 via_upstream"],
  );
});

test("however many different details there are, each is kept as long as its record", () => {
  const recorder = newRecorder(16);
  for (let i = 0; i < 10_000; i++) recorder.record(FlowSteps.routerStarts, 1, i, `GET /${i}`);
  const details = recorder.records().map(({ detail }) => detail);
  assert.deepEqual(
    details,
    Array.from({ length: 16 }, (_, index) => `GET /${9_984 + index}`),
  );
});
