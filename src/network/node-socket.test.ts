import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { RecordedStats } from "../../test/support/recorded-stats.js";
import { Connection, type ConnectionCallbacks, type ConnectionEvent } from "./connection.js";
import { patterned } from "./network.test.support.js";
import { NodeSocket } from "./node-socket.js";
import {
  acceptedPair,
  bounded,
  connectedPair,
  context,
  listen,
  MIB,
  rawClient,
  readAll,
  SocketProbe,
  untilTrue,
  WAYS,
} from "./node-socket.test.support.js";
import { NodeListenSocket, NodeSocketFactory } from "./node-socket-factory.js";

/* On real sockets; every wait is bounded. */

for (const [way, wrap] of WAYS) {
  describe(`an accepted NodeSocket, ${way}`, () => {
    test("knows both addresses", async (t) => {
      const { probe, client, address } = await acceptedPair(t, wrap);
      assert.deepEqual(probe.socket.localAddress, address);
      assert.deepEqual(probe.socket.remoteAddress, { kind: "ip", host: "127.0.0.1", port: client.localPort });
    });

    test("reads and writes in order", async (t) => {
      const { probe, client } = await acceptedPair(t, wrap);
      client.write("hello");
      await probe.untilBytes(5);
      assert.equal(probe.received.toString(), "hello");
      probe.socket.writeText("caf\xe9 ");
      probe.socket.cork();
      probe.socket.writeText("a");
      probe.socket.writeBytes(Buffer.from("b"));
      probe.socket.writeText("c");
      probe.socket.uncork();
      assert.equal((await readAll(client, 8)).toString("latin1"), "caf\xe9 abc");
      assert.equal(probe.socket.unsentBytes, 0);
    });

    test("sees the peer's FIN and goes on sending; its own FIN follows what was written", async (t) => {
      const { probe, client } = await acceptedPair(t, wrap);
      client.end("last");
      await probe.untilEvent("end");
      assert.equal(probe.received.toString(), "last");
      const ended = once(client, "end");
      const bytes = patterned(3 * MIB);
      probe.socket.writeBytes(bytes);
      probe.socket.end();
      assert.ok((await readAll(client, bytes.length)).equals(bytes));
      await ended;
      await probe.untilEvent("closed");
    });

    test("tells when what it could not send at once is gone", async (t) => {
      const { probe, client } = await acceptedPair(t, wrap);
      client.pause();
      const bytes = patterned(8 * MIB);
      probe.socket.writeBytes(bytes);
      assert.ok(probe.socket.unsentBytes > 0);
      assert.ok(probe.socket.unsentBytes <= bytes.length);
      assert.deepEqual(probe.events, []);
      const received = readAll(client, bytes.length);
      await probe.until("the rest", () => probe.socket.unsentBytes === 0 && probe.events.includes("writable"));
      assert.ok((await received).equals(bytes));
    });

    test("paused, it leaves the bytes with the peer", async (t) => {
      const { probe, client } = await acceptedPair(t, wrap);
      probe.whenReadable = () => probe.socket.pauseReading();
      const bytes = patterned(16 * MIB);
      client.write(bytes);
      await probe.untilBytes(1);
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      assert.ok(probe.received.length < MIB, `${probe.received.length} bytes came through`);
      assert.ok(client.writableLength > 0);
      probe.whenReadable = () => {};
      probe.socket.resumeReading();
      await probe.untilBytes(bytes.length);
      assert.ok(probe.received.equals(bytes));
    });

    test("a reset by the peer is told with its code", async (t) => {
      const { probe, client } = await acceptedPair(t, wrap);
      client.resetAndDestroy();
      await probe.untilEvent("closed ECONNRESET");
    });

    test("destroyed, it tells so once and is silent after", async (t) => {
      const { probe, client } = await acceptedPair(t, wrap);
      client.resume();
      client.write("late");
      const closed = bounded("the close", (done) => client.once("close", done));
      probe.socket.destroy();
      probe.socket.destroy();
      probe.socket.writeText("nobody's");
      await probe.untilEvent("closed");
      client.end();
      await closed;
      assert.deepEqual(probe.events, ["closed"]);
      assert.equal(probe.received.length, 0);
    });

    test("reset, the peer sees RST", async (t) => {
      const { probe, client } = await acceptedPair(t, wrap);
      let code = "";
      const failed = bounded("the RST", (done) => {
        client.once("error", (error: NodeJS.ErrnoException) => {
          code = error.code ?? "";
          done();
        });
      });
      client.resume();
      probe.socket.reset();
      await failed;
      assert.equal(code, "ECONNRESET");
      await probe.untilEvent("closed");
    });
  });
}

describe("a NodeSocket that connects", () => {
  test("tells that it stands, reads and writes", async (t) => {
    const { probe, peer, address } = await connectedPair(t);
    assert.deepEqual(probe.socket.remoteAddress, address);
    peer.write("from the server");
    await probe.untilBytes(15);
    const received = readAll(peer, 2);
    probe.socket.writeText("ok");
    assert.equal((await received).toString(), "ok");
  });

  for (const late of ["too late", ""]) {
    test(`a reset right behind bytes: they are read, and no orderly end follows ${late}`, async (t) => {
      const { probe, peer } = await connectedPair(t);
      peer.write("an answer");
      peer.resetAndDestroy();
      if (late !== "") probe.socket.writeText(late);
      assert.equal(probe.socket.isWriteBroken, late !== "");
      await probe.until("the close", () => probe.events.some((event) => event.startsWith("closed")));
      assert.equal(probe.received.toString(), "an answer");
      // Whichever the kernel says.
      assert.match(probe.events.join(), /^connected,closed (EPIPE|ECONNRESET)$/);
    });
  }

  test("a refused connect closes with its code, after connect returned", async (t) => {
    const { server, address } = await listen(t, () => {});
    server.close();
    await once(server, "close");
    const probe = new SocketProbe(new NodeSocketFactory(context()).connect(address));
    t.after(() => probe.socket.destroy());
    await probe.untilEvent("closed ECONNREFUSED");
    assert.deepEqual(probe.events, ["closed ECONNREFUSED"]);
  });

  test("our own end of a connection can be chosen, for each family", async (t) => {
    const { address } = await listen(t, (socket) => void socket.on("error", () => {}));
    const source = { kind: "ip", host: "127.0.0.2", port: 0 } as const;
    const probe = new SocketProbe(
      new NodeSocketFactory(context()).connect(address, {
        sources: [{ ...source, host: "::1" }, source],
        keepalive: null,
      }),
    );
    t.after(() => probe.socket.destroy());
    await probe.untilEvent("connected");
    assert.deepEqual(probe.socket.localAddress?.kind === "ip" && probe.socket.localAddress.host, "127.0.0.2");
  });

  test("a connected socket is told when to ask whether its peer is there", async (t) => {
    const set = t.mock.method(net.Socket.prototype, "setKeepAlive");
    const { address } = await listen(t, (socket) => void socket.on("error", () => {}));
    const keepalive = { timeMs: 30_000, intervalMs: 5_000, probes: 3 };
    const factory = new NodeSocketFactory(context());
    const probes = [
      { sources: [], keepalive },
      { sources: [], keepalive: null },
    ].map((options) => new SocketProbe(factory.connect(address, options)));
    for (const { socket } of probes) t.after(() => socket.destroy());
    for (const probe of probes) await probe.untilEvent("connected");
    const calls = set.mock.calls.map((call) => call.arguments as unknown[]);
    assert.deepEqual(calls, [[true, 30_000, 5_000, 3]]);
  });

  test("a connect that is given up closes without an error", async (t) => {
    const { address } = await listen(t, () => {});
    const probe = new SocketProbe(new NodeSocketFactory(context()).connect(address));
    probe.socket.destroy();
    await probe.untilEvent("closed");
    assert.deepEqual(probe.events, ["closed"]);
  });

  test("through a Unix domain socket, which has no address and knows no RST", async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const shared = context();
    const accepted: SocketProbe[] = [];
    const { address } = await listen(
      t,
      (socket) => void accepted.push(new SocketProbe(NodeSocket.accept(shared, socket))),
      { path: path.join(folder, "s") },
    );
    const probe = new SocketProbe(new NodeSocketFactory(shared).connect(address));
    await probe.untilEvent("connected");
    assert.equal(probe.socket.remoteAddress, null);
    probe.socket.writeText("hello");
    await untilTrue("the accept", () => accepted.length > 0);
    const other = accepted[0] as SocketProbe;
    await other.untilBytes(5);
    other.socket.reset();
    await other.untilEvent("closed");
    await probe.untilEvent("end");
    probe.socket.destroy();
    await probe.untilEvent("closed");
  });
});

describe("NodeListenSocket", () => {
  test("hands over accepted sockets until it is closed", async (t) => {
    const { server, address } = await listen(t, () => {});
    server.removeAllListeners("connection");
    const probes: SocketProbe[] = [];
    const listening = new NodeListenSocket(server, address, context(), {
      onAccept: (socket) => void probes.push(new SocketProbe(socket)),
      onListenError: () => {},
    });
    assert.deepEqual(listening.localAddress, address);
    const client = await rawClient(t, address);
    client.write("x");
    await untilTrue("the accept", () => probes.length > 0);
    await (probes[0] as SocketProbe).untilBytes(1);
    listening.close();
    listening.close();
    const refused = net.connect(address.kind === "ip" ? address.port : 0, "127.0.0.1");
    const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
    probes[0]?.socket.destroy();
  });
});

/** Passes on what it is given to the other connection, with back-pressure. */
class RelayEnd implements ConnectionCallbacks {
  other: Connection | null = null;

  onData(data: Buffer): void {
    this.other?.writeBytes(data);
  }

  onRemoteEnd(): void {
    this.other?.endWrite();
  }

  onConnectionEvent(event: ConnectionEvent): void {
    if (event !== "connected") this.other?.close("flushWrite", "relay");
  }

  onAboveWriteBufferHighWatermark(): void {
    this.other?.readDisable(true);
  }

  onBelowWriteBufferLowWatermark(): void {
    this.other?.readDisable(false);
  }
}

describe("connections that share the read memory", () => {
  const CONNECTIONS = 6;
  const BODY = 4 * MIB;
  const scope = new RecordedStats().root;
  const stats = {
    rxBytes: scope.counter("rx"),
    txBytes: scope.counter("tx"),
    rxBuffered: null,
    txBuffered: null,
    delayedCloseTimeouts: null,
  };

  /** A relay of raw bytes between clients and an origin that sends each of them a body of its own. */
  async function startRelay(t: TestContext, wrap: (socket: net.Socket) => net.Socket) {
    const shared = context();
    const options = { bufferLimitBytes: 256 * 1024, flow: null };
    let served = 0;
    const origin = await listen(t, (socket) => {
      socket.on("error", () => {});
      socket.end(patterned(BODY, served++));
    });
    const relay = await listen(t, (socket) => {
      shared.dispatcher.beginEvent();
      const down = new Connection(1, NodeSocket.accept(shared, wrap(socket)), shared, stats, {
        ...options,
        connected: true,
      });
      const up = new Connection(2, new NodeSocketFactory(shared).connect(origin.address), shared, stats, {
        ...options,
        connected: false,
      });
      const ends = [new RelayEnd(), new RelayEnd()] as const;
      down.setCallbacks(ends[0]);
      up.setCallbacks(ends[1]);
      ends[0].other = up;
      ends[1].other = down;
      shared.dispatcher.endEvent();
    });
    return relay.address;
  }

  /** Reads everything, pausing for some turns of the loop after each read; its own rhythm for each client. */
  async function readSlowly(client: net.Socket, turns: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    client.on("data", (data: Buffer) => {
      pieces.push(data);
      client.pause();
      waitTurns(turns, () => client.resume());
    });
    await bounded("the whole body", (done) => client.once("end", done));
    return Buffer.concat(pieces);
  }

  for (const [way, wrap] of WAYS) {
    test(`slow readers get every byte as it was sent, ${way}`, async (t) => {
      const address = await startRelay(t, wrap);
      const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => rawClient(t, address)));
      const bodies = await Promise.all(clients.map((client, index) => readSlowly(client, index * 3)));
      // Which client was served first is left open.
      const seeds = bodies.map((body) => {
        assert.equal(body.length, BODY);
        return Array.from({ length: CONNECTIONS }, (_, seed) => seed).find((seed) =>
          patterned(BODY, seed).equals(body),
        );
      });
      assert.deepEqual([...seeds].sort(), [0, 1, 2, 3, 4, 5], "bytes were changed on their way");
    });
  }
});

function waitTurns(turns: number, then: () => void): void {
  if (turns === 0) then();
  else setImmediate(() => waitTurns(turns - 1, then));
}
