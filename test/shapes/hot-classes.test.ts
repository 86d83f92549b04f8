import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { FilterManager } from "../../src/http/filter/filter-manager.js";
import { RouterFilter } from "../../src/http/filters/router/router-filter.js";
import { UpstreamRequest } from "../../src/http/filters/router/upstream-request.js";
import { allHaveSameMap } from "../support/same-shape.js";
import type { SimulatedPeer } from "../support/simulated-peer.js";
import { startWireProxy, type WireProxy } from "../support/wire-proxy.js";
import { DEFAULT_WIRE_SETTINGS } from "../support/wire-settings.js";

/*
 * Objects that are made for each request have one hidden class for life, whatever becomes of the request: otherwise
 * the code that works with them slows down for all requests.
 */

type Methods<Class, Name extends keyof Class> = { [name in Name]: Class[name] };

/** Collects the objects whose method is called, from now on until the tests are over. */
function collect<Name extends string, Class extends Methods<Class, Name>>(prototype: Class, method: Name): Class[] {
  const seen: Class[] = [];
  const original = prototype[method] as (...args: unknown[]) => unknown;
  const observed = function (this: Class, ...args: unknown[]): unknown {
    seen.push(this);
    return original.apply(this, args);
  };
  Object.defineProperty(prototype, method, { value: observed, configurable: true, writable: true });
  after(() => Object.defineProperty(prototype, method, { value: original, configurable: true, writable: true }));
  return seen;
}

const GET = "GET / HTTP/1.1\r\nhost: a\r\nx-request-id: 1\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** What may become of a request. Each gets a client of its own, and all the virtual time that it needs. */
const LIVES: Readonly<
  Record<string, (proxy: WireProxy, client: SimulatedPeer, answer: (text: string) => void) => void>
> = {
  "an answer": (_, client, answer) => {
    client.send(GET);
    answer(OK);
  },
  "a body and trailers, both ways": (_, client, answer) => {
    client.send(
      "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\nt: 1\r\n\r\n",
    );
    answer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nt: 1\r\n\r\n");
  },
  "an interim answer": (_, client, answer) => {
    client.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n");
    answer("");
    client.send("x");
    answer(OK);
  },
  "no route": (_, client) => client.send("GET /none HTTP/1.1\r\nhost: a\r\n\r\n"),
  "a malformed head": (_, client) => client.send("GET\r\n\r\n"),
  "no host": (_, client) => client.send("GET / HTTP/1.1\r\n\r\n"),
  "a client that leaves": (proxy, client) => {
    client.send(GET);
    proxy.dispatcher.runUntilIdle();
    client.reset();
  },
  "a timeout": (proxy, client) => {
    client.send(GET);
    proxy.dispatcher.runFor(20_000);
  },
  "an answer that is cut short": (_, client, answer) => {
    client.send(GET);
    answer("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok");
    answer("close");
  },
};

describe("one hidden class for life", () => {
  const managers = collect(FilterManager.prototype, "destroy");
  const routers = collect(RouterFilter.prototype, "onDestroy");
  const attempts = collect(UpstreamRequest.prototype, "encodeHeaders");

  const proxy = startWireProxy(
    { ...DEFAULT_WIRE_SETTINGS, routePrefix: "/", enableTrailers: true },
    { seed: 1, link: {} },
  );
  const upstream = proxy.network.listenPeer(proxy.upstreamAddress);
  function answer(text: string): void {
    proxy.dispatcher.runUntilIdle();
    const origin = upstream.accepted.findLast((peer) => peer.isOpen);
    if (text === "close") origin?.close();
    else if (text !== "") origin?.send(text);
    proxy.dispatcher.runUntilIdle();
  }
  for (const live of Object.values(LIVES)) {
    const client = proxy.network.connectPeer(proxy.listenAddress);
    live(proxy, client, answer);
    proxy.dispatcher.runFor(1_000);
    client.close();
    proxy.dispatcher.runFor(1_000);
  }
  proxy.stop();

  const streams = [...new Set(managers)].map((manager) => manager.stream);
  const classes: Readonly<Record<string, readonly object[]>> = {
    ActiveStream: streams,
    StreamInfo: streams.map((stream) => stream.streamInfo),
    HeaderMap: streams.flatMap((stream) => [stream.requestHeaders, stream.responseHeaders]).filter(isPresent),
    FilterManager: managers,
    DecoderIteration: managers.map((manager) => manager.decoding),
    EncoderIteration: managers.map((manager) => manager.encoding),
    ActiveDecoderFilter: managers.flatMap((manager) => manager.decoding.filters),
    RouterFilter: routers,
    UpstreamRequest: attempts,
  };
  for (const [name, objects] of Object.entries(classes)) {
    test(name, () => {
      assert.ok(objects.length > 3, `only ${objects.length} were made`);
      assert.ok(allHaveSameMap(objects));
    });
  }

  test("of every stream that lived", () => {
    assert.equal(proxy.accessLog.length, Object.keys(LIVES).length);
  });
});

function isPresent<Value>(value: Value | null): value is Value {
  return value !== null;
}
