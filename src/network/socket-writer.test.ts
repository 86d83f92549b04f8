import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { describe, type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { HandleWriter, hasWriteHandle } from "./handle-writer.js";
import type { SocketWriter, SocketWriterOwner } from "./socket-writer.js";
import { StreamWriter } from "./stream-writer.js";
import { type WriteRequest, WriteRequestOfNode } from "./write-request.js";

/* On real sockets: what a writer does lies in Node and in the kernel. */

const MIB = 1024 * 1024;
/** More than the kernel takes from one writer whose peer does not read. */
const TOO_MUCH_BYTES = 32 * MIB;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

class RecordingOwner implements SocketWriterOwner {
  progress = 0;
  failure: NodeJS.ErrnoException | null = null;
  private wake: () => void = () => {};

  onWriteProgress(): void {
    this.progress++;
    this.wake();
  }

  onWriteFailed(error: Error): void {
    this.failure = error;
    this.wake();
  }

  async until(isMet: () => boolean): Promise<void> {
    while (!isMet()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

interface Pair {
  readonly near: net.Socket;
  readonly far: net.Socket;
}

async function connectedPair(t: TestContext): Promise<Pair> {
  const server = net.createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[net.Socket]>;
  const near = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  await once(near, "connect");
  const [far] = await accepted;
  for (const socket of [near, far]) socket.on("error", () => {});
  t.after(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** Reads until so many bytes have come. */
async function readBytes(socket: net.Socket, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  socket.on("data", (data: Buffer) => {
    pieces.push(data);
    length += data.length;
  });
  socket.resume();
  while (length < count) await once(socket, "data");
  return Buffer.concat(pieces);
}

type MakeWriter = (socket: net.Socket, owner: SocketWriterOwner) => SocketWriter;

const WRITERS: readonly (readonly [name: string, make: MakeWriter])[] = [
  ["HandleWriter", (socket, owner) => new HandleWriter(socket, owner)],
  ["StreamWriter", (socket, owner) => new StreamWriter(socket, owner)],
];

for (const [name, make] of WRITERS) {
  // Node 24 does by itself what `HandleWriter` is for.
  const skip = name === "HandleWriter" && WriteRequestOfNode === null;
  describe(name, { skip }, () => {
    test("text and bytes arrive in order, corked ones as one write", async (t) => {
      const { near, far } = await connectedPair(t);
      const owner = new RecordingOwner();
      const writer = make(near, owner);
      writer.writeText("head \xff,");
      writer.writeBytes(Buffer.from("body,"));
      writer.cork();
      writer.writeText("a");
      writer.writeBytes(Buffer.from("b"));
      writer.writeText("c");
      writer.uncork();
      writer.cork();
      writer.uncork();
      assert.equal(writer.unsentBytes, 0);
      assert.equal((await readBytes(far, 14)).toString("latin1"), "head \xff,body,abc");
      // The kernel took all at once: that is no progress to tell.
      assert.equal(owner.progress, 0);
    });

    test("what the kernel does not take is counted, and each write that it takes later is told", async (t) => {
      const { near, far } = await connectedPair(t);
      const owner = new RecordingOwner();
      const writer = make(near, owner);
      writer.writeBytes(Buffer.alloc(TOO_MUCH_BYTES, "x"));
      const afterFirst = writer.unsentBytes;
      assert.ok(afterFirst > 0 && afterFirst < TOO_MUCH_BYTES);
      writer.writeText("t".repeat(100));
      writer.cork();
      writer.writeText("u".repeat(10));
      writer.writeBytes(Buffer.alloc(MIB, "v"));
      writer.uncork();
      assert.equal(writer.unsentBytes, afterFirst + 100 + 10 + MIB);
      const received = await readBytes(far, TOO_MUCH_BYTES + 100 + 10 + MIB);
      await owner.until(() => owner.progress === 3);
      assert.equal(writer.unsentBytes, 0);
      const tail = received.subarray(TOO_MUCH_BYTES);
      assert.equal(received.subarray(0, TOO_MUCH_BYTES).equals(Buffer.alloc(TOO_MUCH_BYTES, "x")), true);
      assert.equal(tail.subarray(0, 111).toString(), `${"t".repeat(100)}${"u".repeat(10)}v`);
      assert.equal(owner.failure, null);
    });

    test("bytes that wait outlive their last owner", async (t) => {
      const { near, far } = await connectedPair(t);
      const owner = new RecordingOwner();
      const writer = make(near, owner);
      writer.writeBytes(Buffer.alloc(TOO_MUCH_BYTES, "x"));
      writer.writeBytes(Buffer.alloc(MIB, "y"));
      for (let i = 0; i < 3; i++) collectGarbage();
      // New memory in the place of what would have been collected.
      const others = Array.from({ length: 40 }, () => Buffer.alloc(MIB, "z"));
      const received = await readBytes(far, TOO_MUCH_BYTES + MIB);
      assert.equal(received.includes("z"), false);
      assert.equal(others.length, 40);
    });

    test("a peer that is gone makes a write fail with the system's code", async (t) => {
      const { near, far } = await connectedPair(t);
      const owner = new RecordingOwner();
      const writer = make(near, owner);
      far.resetAndDestroy();
      // Until the RST is here the kernel takes what it is given.
      for (let turn = 0; owner.failure === null && turn < 10_000; turn++) {
        writer.writeText("more");
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.match(owner.failure?.code ?? "", /^(EPIPE|ECONNRESET|ERR_SOCKET_CLOSED)$/);
    });

    test("a write to a socket that was closed is harmless", async (t) => {
      const { near } = await connectedPair(t);
      const owner = new RecordingOwner();
      const writer = make(near, owner);
      near.destroy();
      writer.writeText("late");
      writer.writeBytes(Buffer.from("late"));
      writer.cork();
      writer.writeText("late");
      writer.uncork();
      assert.equal(writer.unsentBytes === 0 || owner.failure !== null, true);
    });

    test("writes that wait end with the socket", async (t) => {
      const { near } = await connectedPair(t);
      const owner = new RecordingOwner();
      const writer = make(near, owner);
      writer.writeBytes(Buffer.alloc(TOO_MUCH_BYTES));
      near.destroy();
      // Node tells of such a write as if it had been done.
      await owner.until(() => owner.failure !== null || owner.progress > 0);
    });
  });
}

test("a request that a handle has taken is not used again, even if nothing waits any more", {
  skip: WriteRequestOfNode === null,
}, () => {
  const owner = new RecordingOwner();
  const requests: WriteRequest[] = [];
  const handle = {
    writeQueueSize: 0,
    writeBuffer: (request: WriteRequest) => {
      requests.push(request);
      // The kernel had no room at first and some a moment later: the queue is empty, the callback still to come.
      if (requests.length === 1) request.getAsyncId = () => 1;
      return 0;
    },
  };
  const writer = new HandleWriter({ _handle: handle } as unknown as net.Socket, owner);
  for (let i = 0; i < 3; i++) writer.writeBytes(Buffer.from("x"));
  const [first, second, third] = requests as [WriteRequest, WriteRequest, WriteRequest];
  assert.notEqual(first, second);
  assert.equal(second, third);
  assert.equal(owner.progress, 0);
  first.oncomplete?.(0);
  assert.equal(owner.progress, 1);
});

test("before Node 24, sockets of both ends are written to by their handle", async (t) => {
  const { near, far } = await connectedPair(t);
  const expected = Number.parseInt(process.versions.node, 10) < 24;
  assert.equal(hasWriteHandle(near), expected);
  assert.equal(hasWriteHandle(far), expected);
  assert.equal(hasWriteHandle(new net.Socket()), false);
});
