import assert from "node:assert/strict";
import { test } from "node:test";
import { FlowRecorder } from "./flow-recorder.js";
import { FLOW_STEP_LABELS, FlowSteps, flowStepLabel, flowStepText } from "./flow-step.js";

test("records come back as they were made, oldest first", () => {
  let now = 10;
  const recorder = new FlowRecorder(() => now++, null, 8);
  recorder.record(FlowSteps.downstreamReadReady, 1, 0, "", 42);
  recorder.record(FlowSteps.streamTied, 1, 7, "10.0.0.1:80", -1, 2);
  assert.deepEqual(recorder.records(), [
    {
      sequence: 0,
      timeMs: 10,
      step: FlowSteps.downstreamReadReady,
      connectionId: 1,
      streamId: 0,
      peerId: 0,
      amount: 42,
      detail: "",
    },
    {
      sequence: 1,
      timeMs: 11,
      step: FlowSteps.streamTied,
      connectionId: 1,
      streamId: 7,
      peerId: 2,
      amount: -1,
      detail: "10.0.0.1:80",
    },
  ]);
});

test("the oldest record makes room", () => {
  const recorder = new FlowRecorder(() => 0, null, 4);
  for (let i = 0; i < 10; i++) recorder.record(FlowSteps.reset, i, i, `reason ${i}`);
  const records = recorder.records();
  assert.deepEqual(
    records.map(({ sequence }) => sequence),
    [6, 7, 8, 9],
  );
  assert.deepEqual(
    records.map(({ detail }) => detail),
    ["reason 6", "reason 7", "reason 8", "reason 9"],
  );
});

test("whoever listens is told when a stream has ended", () => {
  const told: number[] = [];
  const recorder = new FlowRecorder(
    () => 0,
    { onStreamRecorded: (_recorder, streamId) => void told.push(streamId) },
    4,
  );
  recorder.streamEnded(3);
  assert.deepEqual(told, [3]);
});

test("every step has a label and a text of its own", () => {
  assert.equal(new Set(FLOW_STEP_LABELS).size, FLOW_STEP_LABELS.length);
  const steps = Object.values(FlowSteps);
  assert.deepEqual(steps.map(flowStepLabel), FLOW_STEP_LABELS);
  assert.equal(new Set(steps.map(flowStepText)).size, steps.length);
});
