import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Address } from "../../src/network/address.js";
import type {
  AcceptCallbacks,
  SocketError,
  StreamSocket,
  StreamSocketCallbacks,
} from "../../src/network/stream-socket.js";
import { SimulatedDispatcher } from "./simulated-dispatcher.js";
import { SimulatedNetwork, type SimulatedNetworkOptions } from "./simulated-network.js";
import { POISON } from "./simulated-socket.js";

const ADDRESS: Address = { kind: "ip", host: "10.0.0.1", port: 80 };

/** The proxy's end in these tests: writes down its events, and keeps the bytes both rightly and wrongly. */
class Recorder implements StreamSocketCallbacks {
  readonly events: string[] = [];
  readonly reads: string[] = [];
  readonly wronglyKept: Buffer[] = [];
  readonly socket: StreamSocket;
  onReadable: (data: Buffer) => void = () => {};

  constructor(socket: StreamSocket) {
    this.socket = socket;
    socket.setCallbacks(this);
  }

  onSocketConnected(): void {
    this.events.push("connected");
  }

  onSocketReadable(data: Buffer): void {
    this.reads.push(data.toString("latin1"));
    this.wronglyKept.push(data);
    this.onReadable(data);
  }

  onSocketWritable(): void {
    this.events.push("writable");
  }

  onSocketEnd(): void {
    this.events.push("end");
  }

  onSocketClosed(error: SocketError | null): void {
    this.events.push(error === null ? "closed" : `closed ${error.code}`);
  }
}

class Acceptor implements AcceptCallbacks {
  readonly accepted: Recorder[] = [];

  onAccept(socket: StreamSocket): void {
    this.accepted.push(new Recorder(socket));
  }

  onListenError(error: SocketError): void {
    throw new Error(error.message);
  }

  get first(): Recorder {
    const recorder = this.accepted[0];
    assert.ok(recorder !== undefined, "nothing was accepted");
    return recorder;
  }
}

function simulate(options: SimulatedNetworkOptions = {}) {
  const dispatcher = new SimulatedDispatcher({ startMs: 0 });
  const network = new SimulatedNetwork(dispatcher, options);
  return { dispatcher, network };
}

/** A client peer with a connection to the proxy's end. */
function acceptOne(options: SimulatedNetworkOptions = {}) {
  const { dispatcher, network } = simulate(options);
  const acceptor = new Acceptor();
  network.listen(ADDRESS, acceptor);
  const peer = network.connectPeer(ADDRESS);
  dispatcher.runUntilIdle();
  return { dispatcher, network, peer, proxy: acceptor.first };
}

/** The proxy's end with a connection to an upstream peer. */
function connectOne(options: SimulatedNetworkOptions = {}) {
  const { dispatcher, network } = simulate(options);
  const listener = network.listenPeer(ADDRESS);
  const proxy = new Recorder(network.connect(ADDRESS));
  dispatcher.runUntilIdle();
  return { dispatcher, network, proxy, listener, peer: listener.connection(0) };
}

describe("SimulatedNetwork: connecting", () => {
  test("a connect takes two latencies, and never succeeds before it returns", () => {
    const { dispatcher, network } = simulate({ link: { latencyMs: 10 } });
    const listener = network.listenPeer(ADDRESS);
    const proxy = new Recorder(network.connect(ADDRESS));
    assert.equal(proxy.socket.localAddress, null);
    dispatcher.runFor(19);
    assert.equal(listener.accepted.length, 1);
    assert.deepEqual([...proxy.events], []);
    dispatcher.runFor(1);
    assert.deepEqual(proxy.events, ["connected"]);
    assert.deepEqual(proxy.socket.remoteAddress, ADDRESS);
    assert.deepEqual(listener.connection(0).remoteAddress, proxy.socket.localAddress);
  });

  test("nobody listens: refused", () => {
    const { dispatcher, network } = simulate();
    const proxy = new Recorder(network.connect(ADDRESS));
    const peer = network.connectPeer(ADDRESS);
    dispatcher.runUntilIdle();
    assert.deepEqual(proxy.events, ["closed ECONNREFUSED"]);
    assert.equal(peer.fate, "failed");
    assert.equal(peer.error?.message, "connect ECONNREFUSED 10.0.0.1:80");
  });

  test("a link can refuse, or never answer", () => {
    const { dispatcher, network } = simulate();
    network.listenPeer(ADDRESS);
    network.setLink(ADDRESS, { connect: "refuse" });
    const refused = new Recorder(network.connect(ADDRESS));
    network.setLink(ADDRESS, { connect: "blackHole" });
    const lost = new Recorder(network.connect(ADDRESS));
    dispatcher.runFor(3_600_000);
    assert.deepEqual(refused.events, ["closed ECONNREFUSED"]);
    assert.deepEqual(lost.events, []);
    lost.socket.destroy();
    dispatcher.runUntilIdle();
    assert.deepEqual(lost.events.slice(), ["closed"]);
  });

  test("what is written before the connection stands is sent when it does", () => {
    const { dispatcher, network } = simulate();
    const listener = network.listenPeer(ADDRESS);
    const proxy = new Recorder(network.connect(ADDRESS));
    proxy.socket.writeText("hello");
    assert.equal(proxy.socket.unsentBytes, 5);
    dispatcher.runUntilIdle();
    assert.equal(listener.connection(0).received, "hello");
    assert.equal(proxy.socket.unsentBytes, 0);
  });

  test("a connect given up before the answer comes leaves the server with a reset, or without a connection", () => {
    const { dispatcher, network } = simulate({ link: { latencyMs: 10 } });
    const listener = network.listenPeer(ADDRESS);
    const early = new Recorder(network.connect(ADDRESS));
    early.socket.destroy();
    const late = new Recorder(network.connect(ADDRESS));
    dispatcher.runFor(15);
    late.socket.destroy();
    dispatcher.runUntilIdle();
    assert.deepEqual([early.events, late.events], [["closed"], ["closed"]]);
    assert.deepEqual(
      listener.accepted.map((peer) => peer.fate),
      ["reset"],
    );
  });

  test("port 0 gets a port, a taken port is an error, a closed listener refuses", () => {
    const { dispatcher, network } = simulate();
    const acceptor = new Acceptor();
    const socket = network.listen({ kind: "ip", host: "127.0.0.1", port: 0 }, acceptor);
    assert.ok(socket.localAddress.kind === "ip" && socket.localAddress.port > 0);
    assert.throws(() => network.listen(socket.localAddress, acceptor), /EADDRINUSE/);
    const before = network.connectPeer(socket.localAddress, "192.0.2.7");
    dispatcher.runUntilIdle();
    socket.close();
    const after = network.connectPeer(socket.localAddress);
    dispatcher.runUntilIdle();
    assert.deepEqual([before.fate, after.fate], ["open", "failed"]);
    const remote = acceptor.first.socket.remoteAddress;
    assert.ok(remote?.kind === "ip" && remote.host === "192.0.2.7");
  });
});

describe("SimulatedNetwork: bytes", () => {
  test("arrive one latency later, in order", () => {
    const { dispatcher, peer, proxy } = acceptOne({ link: { latencyMs: 5 } });
    peer.send("one ");
    peer.send("two");
    dispatcher.runFor(4.9);
    assert.equal(proxy.reads.length, 0);
    dispatcher.runFor(0.1);
    assert.deepEqual(proxy.reads, ["one two"]);
  });

  test("reads are cut byte by byte, as scripted, or at random", () => {
    const text = "The quick brown fox jumps over the lazy dog";
    const readsOf = (readSplit: "bytes" | "random" | number[], seed: number): string[] => {
      const { dispatcher, peer, proxy } = acceptOne({ seed, link: { readSplit } });
      peer.send(text);
      dispatcher.runUntilIdle();
      assert.equal(proxy.reads.join(""), text);
      return proxy.reads;
    };
    assert.equal(readsOf("bytes", 1).length, text.length);
    assert.deepEqual(
      readsOf([3, 1, 20], 1).map((read) => read.length),
      [3, 1, 20, 19],
    );
    assert.deepEqual(readsOf("random", 7), readsOf("random", 7));
    assert.notDeepEqual(readsOf("random", 7), readsOf("random", 8));
  });

  test("delivered bytes are overwritten after the event, unless they were kept", () => {
    const { dispatcher, network, peer, proxy } = acceptOne();
    const kept: Buffer[] = [];
    proxy.onReadable = (data) => kept.push(network.readBuffers.keep(data));
    peer.send("borrowed");
    dispatcher.runUntilIdle();
    assert.equal((proxy.wronglyKept[0] as Buffer)[0], POISON);
    assert.equal(String(kept[0]), "borrowed");
  });

  test("large reads get a buffer of their own, which a holder keeps without a copy", () => {
    const { dispatcher, network, peer, proxy } = acceptOne();
    const kept: Buffer[] = [];
    proxy.onReadable = (data) => kept.push(network.readBuffers.keep(data));
    for (const letter of ["a", "b", "c"]) {
      peer.send(letter.repeat(20_000));
      dispatcher.runUntilIdle();
    }
    assert.deepEqual(
      kept.map((data) => `${data.length} ${data.toString("latin1", 0, 1)}`),
      ["20000 a", "20000 b", "20000 c"],
    );
    assert.notEqual(kept[0], proxy.wronglyKept[0]);
    assert.equal(kept[1], proxy.wronglyKept[1]);
  });

  test("output that was flushed in a read event may use the bytes that were read", () => {
    const { dispatcher, peer, proxy } = acceptOne();
    proxy.onReadable = (data) => {
      const flushable = {
        flushPending: false,
        flushWaiting: false,
        mayWait: () => false,
        flush: () => proxy.socket.writeBytes(data),
      };
      dispatcher.flushAtTurnEnd(flushable);
    };
    peer.send("echo");
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "echo");
  });

  test("borrowed bytes that the window did not take are sent as what they were overwritten with", () => {
    const { dispatcher, peer, proxy } = acceptOne({ link: { windowBytes: 4 } });
    proxy.onReadable = (data) => {
      proxy.socket.writeBytes(data);
      proxy.socket.writeBytes(data);
    };
    peer.send("echo");
    dispatcher.runUntilIdle();
    assert.equal(peer.received, `echo${"\xaa".repeat(4)}`);
  });

  test("a paused socket gets nothing until it resumes", () => {
    const { dispatcher, peer, proxy } = acceptOne({ link: { readSplit: [2] } });
    proxy.onReadable = () => proxy.socket.pauseReading();
    peer.send("abcd");
    peer.end();
    dispatcher.runUntilIdle();
    assert.deepEqual([proxy.reads.join(), proxy.events.join()], ["ab", ""]);
    proxy.socket.resumeReading();
    dispatcher.runUntilIdle();
    proxy.socket.resumeReading();
    dispatcher.runUntilIdle();
    assert.deepEqual([proxy.reads.join(), proxy.events.join()], ["ab,cd", "end"]);
  });

  test("corked writes leave together", () => {
    const { dispatcher, peer, proxy } = acceptOne();
    proxy.socket.cork();
    proxy.socket.writeText("head ");
    proxy.socket.writeBytes(Buffer.from("body"));
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "");
    assert.equal(proxy.socket.unsentBytes, 9);
    proxy.socket.uncork();
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "head body");
  });
});

describe("SimulatedNetwork: back-pressure", () => {
  test("a peer that does not read fills the window; then writes are only partly taken", () => {
    const { dispatcher, peer, proxy } = connectOne({ link: { windowBytes: 1_000 } });
    peer.pauseReading();
    proxy.socket.writeBytes(Buffer.alloc(600, "a"));
    assert.equal(proxy.socket.unsentBytes, 0);
    proxy.socket.writeBytes(Buffer.alloc(600, "b"));
    assert.equal(proxy.socket.unsentBytes, 200);
    dispatcher.runFor(60_000);
    assert.equal(proxy.socket.unsentBytes, 200);
    assert.equal(peer.received, "");
    peer.resumeReading();
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "a".repeat(600) + "b".repeat(600));
    assert.deepEqual(proxy.events, ["connected", "writable"]);
  });

  test("no writable event when all was taken at once", () => {
    const { dispatcher, network } = simulate({ link: { windowBytes: 10 } });
    network.listenPeer(ADDRESS);
    const proxy = new Recorder(network.connect(ADDRESS));
    dispatcher.runUntilIdle();
    proxy.socket.writeText("x".repeat(10));
    dispatcher.runUntilIdle();
    assert.deepEqual(proxy.events, ["connected"]);
    proxy.socket.writeText("x".repeat(11));
    dispatcher.runUntilIdle();
    assert.deepEqual(proxy.events.slice(), ["connected", "writable"]);
  });

  test("a proxy that does not read stops its peer", () => {
    const { dispatcher, peer, proxy } = acceptOne({ link: { windowBytes: 100 } });
    proxy.socket.pauseReading();
    peer.send("x".repeat(250));
    dispatcher.runUntilIdle();
    assert.equal(peer.unsentBytes, 150);
    proxy.socket.resumeReading();
    dispatcher.runUntilIdle();
    assert.equal(peer.unsentBytes, 0);
    assert.equal(proxy.reads.join("").length, 250);
  });
});

describe("SimulatedNetwork: how connections end", () => {
  test("FIN comes after all bytes; the connection is closed when both sides sent it", () => {
    const { dispatcher, peer, proxy } = acceptOne({ link: { windowBytes: 3 } });
    peer.send("last words");
    peer.end();
    dispatcher.runUntilIdle();
    assert.equal(proxy.reads.join(""), "last words");
    assert.deepEqual(proxy.events, ["end"]);
    proxy.socket.writeText("good bye");
    proxy.socket.end();
    dispatcher.runUntilIdle();
    assert.equal(peer.received, "good bye");
    assert.deepEqual(proxy.events.slice(), ["end", "closed"]);
    assert.equal(peer.fate, "closed");
  });

  test("a peer can leave the connection half open", () => {
    const { dispatcher, peer, proxy } = acceptOne();
    peer.closesOnEnd = false;
    proxy.socket.end();
    dispatcher.runFor(1_000);
    assert.equal(peer.fate, "ended");
    peer.send("still here");
    dispatcher.runUntilIdle();
    assert.deepEqual([proxy.reads.join(), proxy.events.join()], ["still here", ""]);
  });

  test("RST from the peer: what arrived before is read, then the connection is gone", () => {
    const { dispatcher, peer, proxy } = acceptOne();
    peer.send("half a mess");
    peer.reset();
    dispatcher.runUntilIdle();
    assert.deepEqual([proxy.reads.join(), proxy.events.join()], ["half a mess", "closed ECONNRESET"]);
  });

  test("a paused socket does not see RST, until it reads or writes", () => {
    const reading = acceptOne();
    reading.proxy.socket.pauseReading();
    reading.peer.reset();
    reading.dispatcher.runFor(1_000);
    assert.equal(reading.proxy.events.length, 0);
    reading.proxy.socket.resumeReading();
    reading.dispatcher.runUntilIdle();
    assert.deepEqual(reading.proxy.events, ["closed ECONNRESET"]);

    const writing = acceptOne();
    writing.proxy.socket.pauseReading();
    writing.peer.reset();
    writing.dispatcher.runFor(1_000);
    writing.proxy.socket.writeText("anybody there?");
    writing.dispatcher.runUntilIdle();
    assert.deepEqual(writing.proxy.events, ["closed EPIPE"]);

    const waiting = acceptOne({ link: { windowBytes: 1 } });
    waiting.peer.pauseReading();
    waiting.proxy.socket.pauseReading();
    waiting.proxy.socket.writeText("not all taken");
    waiting.peer.reset();
    waiting.dispatcher.runUntilIdle();
    assert.deepEqual(waiting.proxy.events, ["closed ECONNRESET"]);
  });

  test("an end that connected reads what arrived before RST, although its write has failed", () => {
    const paused = connectOne();
    paused.proxy.socket.pauseReading();
    paused.peer.send("an answer");
    paused.peer.reset();
    paused.dispatcher.runUntilIdle();
    paused.proxy.socket.writeText("too late");
    assert.equal(paused.proxy.socket.isWriteBroken, true);
    paused.dispatcher.runFor(1_000);
    assert.deepEqual([...paused.proxy.events], ["connected"]);
    paused.proxy.socket.resumeReading();
    paused.dispatcher.runUntilIdle();
    assert.deepEqual(
      [paused.proxy.reads.join(), paused.proxy.events.join()],
      ["an answer", "connected,closed ECONNRESET"],
    );

    const waiting = connectOne({ link: { windowBytes: 1 } });
    waiting.peer.pauseReading();
    waiting.proxy.socket.pauseReading();
    waiting.proxy.socket.writeText("not all taken");
    waiting.peer.reset();
    waiting.dispatcher.runFor(1_000);
    assert.deepEqual([waiting.proxy.socket.isWriteBroken, waiting.proxy.socket.unsentBytes], [true, 0]);
    waiting.proxy.socket.resumeReading();
    waiting.dispatcher.runUntilIdle();
    assert.deepEqual(waiting.proxy.events, ["connected", "closed ECONNRESET"]);
  });

  test("reset reaches the peer, and closes this side in a later event", () => {
    const { dispatcher, peer, proxy } = acceptOne();
    proxy.socket.reset();
    proxy.socket.reset();
    assert.deepEqual([...proxy.events], []);
    dispatcher.runUntilIdle();
    assert.deepEqual(proxy.events, ["closed"]);
    assert.equal(peer.fate, "reset");
  });

  test("destroy sends what was taken, and FIN; what was not taken is lost", () => {
    const { dispatcher, peer, proxy } = acceptOne({ link: { windowBytes: 4 } });
    proxy.socket.writeText("taken and lost");
    proxy.socket.destroy();
    proxy.socket.destroy();
    proxy.socket.writeText("nothing");
    dispatcher.runUntilIdle();
    assert.deepEqual([peer.received, peer.fate], ["take", "closed"]);
    assert.deepEqual(proxy.events, ["closed"]);
  });

  test("destroy with unread bytes sends RST, as the kernel does", () => {
    const { dispatcher, peer, proxy } = acceptOne();
    proxy.socket.pauseReading();
    peer.send("unread");
    dispatcher.runUntilIdle();
    proxy.socket.destroy();
    dispatcher.runUntilIdle();
    assert.equal(peer.fate, "reset");
  });

  test("bytes that come after destroy are answered with RST", () => {
    const { dispatcher, peer, proxy } = acceptOne();
    peer.closesOnEnd = false;
    proxy.socket.destroy();
    dispatcher.runUntilIdle();
    assert.equal(peer.fate, "ended");
    peer.send("more of the body");
    dispatcher.runUntilIdle();
    assert.equal(peer.fate as string, "reset");
  });

  test("a peer that vanishes is never heard of again", () => {
    const { dispatcher, peer, proxy } = connectOne({ link: { windowBytes: 100 } });
    peer.vanish();
    proxy.socket.writeBytes(Buffer.alloc(150));
    dispatcher.runFor(3_600_000);
    assert.deepEqual([proxy.events.join(), proxy.socket.unsentBytes], ["connected", 50]);
  });

  test("a write after end is a bug of the caller", () => {
    const { proxy } = acceptOne();
    proxy.socket.end();
    assert.throws(() => proxy.socket.writeText("too late"), /a write after end/);
  });
});
