import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeSocket } from "./network.test.support.js";
import { ReadBuffers } from "./read-buffers.js";
import { WriteBuffer } from "./write-buffer.js";

function send(fill: (buffer: WriteBuffer) => void, coalesceBelowBytes = 100, readBuffers = new ReadBuffers()) {
  const buffer = new WriteBuffer();
  fill(buffer);
  const byteLength = buffer.byteLength;
  const socket = new FakeSocket();
  buffer.sendTo(socket, readBuffers, coalesceBelowBytes);
  assert.equal(buffer.isEmpty, true);
  assert.equal(buffer.byteLength, 0);
  return { socket, buffer, byteLength };
}

describe("WriteBuffer", () => {
  test("texts alone are one text", () => {
    const { socket, byteLength } = send((buffer) => {
      buffer.addText("HTTP/1.1 200 OK\r\n");
      buffer.addText("\r\n");
    });
    assert.deepEqual(socket.calls, ["text 19"]);
    assert.equal(byteLength, 19);
  });

  test("little is one buffer, in order, latin1 byte for byte", () => {
    const { socket } = send((buffer) => {
      buffer.addText("caf\xe9 ");
      buffer.addBytes(Buffer.from("body"));
      buffer.addText("\r\n");
      buffer.addText("0");
      buffer.addBytes(Buffer.from([0xff]));
    });
    assert.deepEqual(socket.calls, ["bytes 13"]);
    assert.equal(socket.text, "caf\xe9 body\r\n0\xff");
  });

  test("much goes piece by piece in one corked write, texts between pieces joined", () => {
    const { socket } = send((buffer) => {
      buffer.addText("head");
      buffer.addBytes(Buffer.alloc(60, "a"));
      buffer.addText("\r\n");
      buffer.addText("3c\r\n");
      buffer.addBytes(Buffer.alloc(60, "b"));
    });
    assert.deepEqual(socket.calls, ["cork", "text 4", "bytes 60", "text 6", "bytes 60", "uncork"]);
  });

  test("one large piece alone needs no cork and no copy", () => {
    const bytes = Buffer.alloc(200);
    const { socket } = send((buffer) => buffer.addBytes(bytes));
    assert.deepEqual(socket.calls, ["bytes 200"]);
    assert.equal(socket.written[0], bytes);
  });

  test("nothing is nothing", () => {
    const buffer = new WriteBuffer();
    buffer.addBytes(Buffer.alloc(0));
    assert.equal(buffer.isEmpty, true);
  });

  test("it can be filled again after it was sent", () => {
    const { buffer } = send((filled) => filled.addBytes(Buffer.alloc(200)));
    const socket = new FakeSocket();
    buffer.addText("next");
    buffer.sendTo(socket, new ReadBuffers(), 100);
    assert.equal(socket.text, "next");
  });

  test("what lies in the shared read memory is copied before it goes to a socket", () => {
    const readBuffers = new ReadBuffers();
    readBuffers.shared.fill("x");
    readBuffers.beginRead(readBuffers.shared);
    const { socket } = send((buffer) => buffer.addBytes(readBuffers.shared.subarray(0, 500)), 100, readBuffers);
    readBuffers.endRead(500);
    readBuffers.shared.fill("y");
    assert.equal(socket.text, "x".repeat(500));
  });

  test("kept until later, nothing of it lies in read memory any more", () => {
    const readBuffers = new ReadBuffers();
    const buffer = new WriteBuffer();
    readBuffers.shared.fill("x");
    readBuffers.beginRead(readBuffers.shared);
    buffer.addText("head ");
    buffer.addBytes(readBuffers.shared.subarray(0, 10));
    buffer.keepAll(readBuffers);
    readBuffers.endRead(10);
    readBuffers.shared.fill("y");
    const socket = new FakeSocket();
    buffer.sendTo(socket, readBuffers, 100);
    assert.equal(socket.text, "head xxxxxxxxxx");
  });
});
