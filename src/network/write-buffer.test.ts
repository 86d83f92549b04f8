import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeSocket } from "./network.test.support.js";
import { ReadBuffers } from "./read-buffers.js";
import { WriteBuffer } from "./write-buffer.js";

function send(fill: (buffer: WriteBuffer) => void, textUpToBytes = 100, readBuffers = new ReadBuffers()) {
  const buffer = new WriteBuffer();
  fill(buffer);
  const byteLength = buffer.byteLength;
  const socket = new FakeSocket();
  buffer.sendTo(socket, readBuffers, textUpToBytes);
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

  test("little is one text, in order, byte for byte", () => {
    const { socket } = send((buffer) => {
      buffer.addText("caf\xe9 ");
      buffer.addBytes(Buffer.from("body"));
      buffer.addText("\r\n");
      buffer.addText("0");
      buffer.addBytes(Buffer.from([0xff]));
    });
    assert.deepEqual(socket.calls, ["text 13"]);
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

  test("kept as text, it can grow, and nothing of it lies in read memory any more", () => {
    const readBuffers = new ReadBuffers();
    const buffer = new WriteBuffer();
    readBuffers.shared.fill(0xff);
    readBuffers.beginRead(readBuffers.shared);
    buffer.addText("head ");
    buffer.addBytes(readBuffers.shared.subarray(0, 3));
    buffer.keepAsText();
    readBuffers.endRead(3);
    readBuffers.shared.fill("y");
    buffer.addText(" and ");
    buffer.addBytes(Buffer.alloc(200, "z"));
    const socket = new FakeSocket();
    buffer.sendTo(socket, readBuffers, 100);
    assert.deepEqual(socket.calls, ["cork", "text 13", "bytes 200", "uncork"]);
    assert.equal(socket.text, `head \xff\xff\xff and ${"z".repeat(200)}`);
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
