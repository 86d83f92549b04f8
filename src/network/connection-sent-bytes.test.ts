import assert from "node:assert/strict";
import { test } from "node:test";
import { FlowRecorder } from "../flow/flow-recorder.js";
import { FlowSteps } from "../flow/flow-step.js";
import { connectionOn, FakeSocket } from "./network.test.support.js";

test("what a broken socket did not take counts as not sent", () => {
  const socket = new FakeSocket();
  const { dispatcher, stats, connection } = connectionOn(socket);
  dispatcher.inEvent(() => connection.writeText("taken"));
  socket.isWriteBroken = true;
  dispatcher.inEvent(() => connection.writeText("dropped"));
  assert.deepEqual([connection.sentBytes, connection.writtenBytes, stats.value("tx")], [5, 5, 5]);
});

test("nor is it on record as sent", () => {
  const socket = new FakeSocket();
  const { dispatcher, connection } = connectionOn(socket);
  const recorder = new FlowRecorder(() => dispatcher.now());
  connection.flow = recorder;
  connection.flowStreamId = 7;
  dispatcher.inEvent(() => connection.writeText("taken"));
  socket.isWriteBroken = true;
  dispatcher.inEvent(() => connection.writeText("dropped"));
  const flushes = recorder.records().filter(({ step }) => step === FlowSteps.downstreamFlushed);
  assert.deepEqual(
    flushes.map(({ streamId, amount }) => [streamId, amount]),
    [[7, 5]],
  );
});
