import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Address } from "../../src/network/address.js";
import { POISON } from "./simulated-socket.js";
import { startWireProxy } from "./wire-proxy.js";
import { DEFAULT_WIRE_SETTINGS } from "./wire-settings.js";

const UPSTREAM: Address = { kind: "ip", host: "127.0.0.1", port: 8080 };
/** Above the default limit of a connection's buffers, which is 1 MiB. */
const LARGE_BYTES = 3 * 1024 * 1024;
const WINDOW_BYTES = 64 * 1024;

/** A client and an upstream connection, on both sides of the proxy. */
function exchange(windowBytes = WINDOW_BYTES) {
  const proxy = startWireProxy(DEFAULT_WIRE_SETTINGS, { seed: 1, link: { windowBytes, readSplit: "random" } });
  const upstream = proxy.network.listenPeer(UPSTREAM);
  const client = proxy.network.connectPeer(proxy.listenAddress);
  return { proxy, upstream, client };
}

/** Bytes in which every position is recognized, and none is the poison. */
function pattern(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % POISON));
}

describe("SimulatedProxy", () => {
  test("a client that does not read stops the upstream, and gets every byte in the end", () => {
    const { proxy, upstream, client } = exchange();
    client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    proxy.dispatcher.runUntilIdle();
    client.pauseReading();
    const origin = upstream.connection(0);
    const body = pattern(LARGE_BYTES);
    origin.send(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
    origin.send(body);
    proxy.dispatcher.runFor(1_000);
    assert.ok(origin.unsentBytes > 0, "the upstream was not stopped");
    client.resumeReading();
    proxy.dispatcher.runUntilIdle();
    assert.equal(origin.unsentBytes, 0);
    const received = client.takeReceivedBytes();
    const head = received.indexOf("\r\n\r\n") + 4;
    assert.ok(received.subarray(head).equals(body), "the body was changed on its way");
  });

  test("an upstream that does not read stops the client, and gets every byte in the end", () => {
    const { proxy, upstream, client } = exchange();
    const body = pattern(LARGE_BYTES);
    client.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`);
    proxy.dispatcher.runUntilIdle();
    const origin = upstream.connection(0);
    origin.pauseReading();
    client.send(body);
    proxy.dispatcher.runFor(1_000);
    assert.ok(client.unsentBytes > 0, "the client was not stopped");
    origin.resumeReading();
    proxy.dispatcher.runUntilIdle();
    assert.equal(client.unsentBytes, 0);
    const received = origin.takeReceivedBytes();
    const head = received.indexOf("\r\n\r\n") + 4;
    assert.ok(received.subarray(head).equals(body), "the body was changed on its way");
  });

  test("bytes of a first large read, still in the shared memory, survive a client that takes them slowly", () => {
    const proxy = startWireProxy(DEFAULT_WIRE_SETTINGS, { seed: 1, link: {} });
    proxy.network.setLink(proxy.listenAddress, { windowBytes: 1_000 });
    const upstream = proxy.network.listenPeer(UPSTREAM);
    const client = proxy.network.connectPeer(proxy.listenAddress);
    client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    proxy.dispatcher.runUntilIdle();
    const body = pattern(40_000);
    const head = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
    upstream.connection(0).send(Buffer.concat([head, body]));
    proxy.dispatcher.runUntilIdle();
    assert.ok(client.takeReceivedBytes().subarray(-body.length).equals(body), "the body was changed on its way");
  });

  test("the same seed is the same run", () => {
    const runOnce = (): string => {
      const { proxy, upstream, client } = exchange(100);
      client.send(
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1e\r\nA body that is cut at random.\r\n\r\n0\r\n\r\n",
      );
      proxy.dispatcher.runUntilIdle();
      return `${upstream.connection(0).received} after ${proxy.dispatcher.now()} ms`;
    };
    assert.equal(runOnce(), runOnce());
  });
});
