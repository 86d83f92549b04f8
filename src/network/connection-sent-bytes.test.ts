import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionOn, FakeSocket } from "./network.test.support.js";

test("what a broken socket did not take counts as not sent", () => {
  const socket = new FakeSocket();
  const { dispatcher, stats, connection } = connectionOn(socket);
  dispatcher.inEvent(() => connection.writeText("taken"));
  socket.isWriteBroken = true;
  dispatcher.inEvent(() => connection.writeText("dropped"));
  assert.deepEqual([connection.sentBytes, connection.writtenBytes, stats.value("tx")], [5, 5, 5]);
});
