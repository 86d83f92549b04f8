import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionOn, FakeSocket } from "./network.test.support.js";
import { READ_BUFFER_BYTES } from "./read-buffers.js";

function heldConnection() {
  const socket = new FakeSocket();
  const run = connectionOn(socket);
  run.dispatcher.inEvent(() => {
    run.connection.holdOutput();
    run.connection.writeText("head ");
  });
  return { ...run, socket };
}

test("output that is held leaves on the next turn, in one write", () => {
  const { dispatcher, connection, socket } = heldConnection();
  assert.deepEqual([socket.text, connection.sentBytes], ["", 0]);
  dispatcher.inEvent(() => connection.writeBytes(Buffer.from("body")));
  assert.equal(socket.text, "");
  dispatcher.runUntilIdle();
  assert.deepEqual([socket.calls.length, socket.text], [1, "head body"]);
  dispatcher.inEvent(() => connection.writeText(" and more"));
  assert.equal(socket.text, "head body and more");
});

test("an end of the peer that comes meanwhile: nothing is sent", () => {
  const { dispatcher, connection, probe, socket } = heldConnection();
  dispatcher.inEvent(() => connection.onSocketClosed({ code: "ECONNRESET", message: "" }));
  dispatcher.runUntilIdle();
  assert.deepEqual([socket.text, connection.sentBytes, probe.events.join()], ["", 0, "remoteClose"]);
});

test("an end of our own leaves nothing behind", () => {
  const closed = heldConnection();
  closed.dispatcher.inEvent(() => closed.connection.close("flushWrite", "test"));
  assert.deepEqual([closed.socket.text, closed.socket.calls.at(-1)], ["head ", "destroy"]);
  const ended = heldConnection();
  ended.dispatcher.inEvent(() => ended.connection.endWrite());
  assert.deepEqual([ended.socket.text, ended.socket.calls.at(-1)], ["head ", "end"]);
});

test("what is held stays within the limit of the write buffer, and one read", () => {
  const { dispatcher, connection } = heldConnection();
  const write = (bytes: number): void => dispatcher.inEvent(() => connection.writeBytes(Buffer.alloc(bytes)));
  write(READ_BUFFER_BYTES);
  assert.equal(connection.sentBytes, 0);
  write(connection.bufferLimitBytes);
  assert.equal(connection.sentBytes, "head ".length + READ_BUFFER_BYTES + connection.bufferLimitBytes);
});
