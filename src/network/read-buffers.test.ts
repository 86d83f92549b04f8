import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { READ_BUFFER_BYTES, ReadBuffers } from "./read-buffers.js";

const LARGE = 16 * 1024;

/** One read event of a socket: returns what it is to read into next. */
function read(buffers: ReadBuffers, into: Buffer, bytes: number, use: (data: Buffer) => void = () => {}): Buffer {
  buffers.beginRead(into);
  use(into.subarray(0, bytes));
  return buffers.endRead(bytes);
}

/** A socket that has read much, and therefore has a buffer of its own. */
function withOwn(buffers = new ReadBuffers()) {
  return { buffers, own: read(buffers, buffers.shared, LARGE) };
}

describe("ReadBuffers", () => {
  test("a socket that reads little goes on with the shared buffer, one that reads much gets its own", () => {
    const buffers = new ReadBuffers();
    assert.equal(read(buffers, buffers.shared, LARGE - 1), buffers.shared);
    const own = read(buffers, buffers.shared, LARGE);
    assert.notEqual(own, buffers.shared);
    assert.equal(own.length, READ_BUFFER_BYTES);
    assert.equal(read(buffers, own, 10), own);
    assert.equal(read(buffers, own, READ_BUFFER_BYTES), own);
  });

  test("bytes of the shared buffer are kept as a copy", () => {
    const buffers = new ReadBuffers();
    let kept: Buffer = Buffer.alloc(0);
    buffers.shared.fill(1);
    read(buffers, buffers.shared, LARGE, (data) => {
      kept = buffers.keep(data);
    });
    assert.notEqual(kept.buffer, buffers.shared.buffer);
    buffers.shared.fill(2);
    assert.equal(kept[LARGE - 1], 1);
  });

  test("many bytes of a socket's own buffer are kept by leaving it the buffer", () => {
    const { buffers, own } = withOwn();
    let kept: Buffer = Buffer.alloc(0);
    const next = read(buffers, own, LARGE, (data) => {
      kept = buffers.keep(data);
    });
    assert.equal(kept.buffer, own.buffer);
    assert.notEqual(next.buffer, own.buffer);
    assert.notEqual(next, buffers.shared);
  });

  test("few bytes of it are copied: nobody holds 64 KiB for the sake of them", () => {
    const { buffers, own } = withOwn();
    let kept: Buffer = Buffer.alloc(0);
    const next = read(buffers, own, LARGE, (data) => {
      kept = buffers.keep(data.subarray(5, 10));
    });
    assert.notEqual(kept.buffer, own.buffer);
    assert.equal(next, own);
  });

  test("bytes that a socket did not take at once keep their buffer", () => {
    const { buffers, own } = withOwn();
    const next = read(buffers, own, LARGE, (data) => {
      assert.equal(buffers.forWriting(data), data, "written as they are");
      buffers.wasHeld(data);
    });
    assert.notEqual(next.buffer, own.buffer);
  });

  test("bytes that were kept in an earlier event are nobody's loan", () => {
    const { buffers, own } = withOwn();
    let kept: Buffer = Buffer.alloc(0);
    const second = read(buffers, own, LARGE, (data) => {
      kept = buffers.keep(data);
    });
    // Written during another socket's event, and during this socket's next one.
    for (const into of [buffers.shared, second]) {
      const next = read(buffers, into, 100, () => {
        assert.equal(buffers.keep(kept), kept);
        assert.equal(buffers.forWriting(kept), kept);
        buffers.wasHeld(kept);
      });
      assert.equal(next, into, "the event's own buffer was not kept by that");
    }
  });

  test("outside of events everything is left as it is", () => {
    const { buffers, own } = withOwn();
    assert.equal(buffers.keep(own), own);
    assert.equal(buffers.forWriting(own), own);
    buffers.wasHeld(own);
    assert.equal(read(buffers, own, 10), own);
  });

  test("a buffer that is given back goes to the next socket that needs one; the shared one stays", () => {
    const { buffers, own } = withOwn();
    buffers.giveBack(own);
    buffers.giveBack(buffers.shared);
    assert.equal(read(buffers, buffers.shared, LARGE), own);
    assert.notEqual(read(buffers, buffers.shared, LARGE), buffers.shared);
  });

  test("a burst of closes does not keep all their memory", () => {
    const { buffers } = withOwn();
    const given: Buffer[] = Array.from({ length: 100 }, () => Buffer.allocUnsafeSlow(1));
    for (const buffer of given) buffers.giveBack(buffer);
    const taken = Array.from({ length: 100 }, () => read(buffers, buffers.shared, LARGE));
    assert.equal(taken.filter((buffer) => given.includes(buffer)).length, 64);
  });
});
