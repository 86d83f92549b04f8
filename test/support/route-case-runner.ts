import assert from "node:assert/strict";
import { Runtime } from "../../src/common/runtime.js";
import type { ConnectionManagerConfig } from "../../src/http/conn-manager/connection-manager-config.js";
import { HeaderMap } from "../../src/http/headers/header-map.js";
import type { RouteRequest } from "../../src/route/match-input.js";
import { RouteTable } from "../../src/route/route-table.js";
import { DynamicMetadata } from "../../src/stream-info/dynamic-metadata.js";
import { StreamInfo } from "../../src/stream-info/stream-info.js";
import { fieldOf, type HttpMessage, type ResponseMessage, readRequest, readResponse } from "./http-message.js";
import type {
  ExpectedFields,
  RouteCase,
  RouteCaseExpectation,
  RouteCaseRequest,
  RouteCaseResponse,
} from "./route-case.js";
import { bootstrapOf, originsOf, problemsOfCase } from "./route-case-config.js";
import { CaseExplainer, type OriginRequest, type SentRequest, type WireOutcome } from "./route-case-explanation.js";
import type { PeerListener } from "./simulated-network.js";
import { SimulatedProxy } from "./simulated-proxy.js";

const DEFAULT_HOST = "test.example";
/** Virtual milliseconds that a hop may take. */
const HOP_MS = 20;
/** Hops that one request may cause: as many as internal redirects and mirrors need. */
const MAX_HOPS = 20;

/** Plays one case. Throws with its name when anything is not as it says. */
export function runRouteCase(routeCase: RouteCase): void {
  const { loaded, lines } = problemsOfCase(routeCase);
  if (routeCase.errors !== undefined) {
    assert.equal(loaded, null, `${routeCase.name}: the configuration was taken`);
    assertProblems(withoutDeprecations(lines), routeCase.errors, routeCase.name);
    return;
  }
  assert.ok(loaded !== null, `${routeCase.name}: refused:\n${lines.join("\n")}`);
  assertProblems(withoutDeprecations(lines), routeCase.warnings ?? [], routeCase.name);
  const { listeners } = loaded.config;
  const manager = listeners[0]?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig | undefined;
  assert.ok(manager?.routeConfig);
  const table = new RouteTable(manager.routeConfig, {
    runtime: new Runtime(loaded.config.runtime),
    stats: null,
  });
  const explainer = new CaseExplainer(loaded);
  for (const request of routeCase.requests ?? []) {
    const where = `${routeCase.name}: ${request.request}`;
    askTable(table, request, where);
    if (isForTableOnly(request)) continue;
    const wire = new RouteCaseRun(routeCase).ask(request, where);
    explainer.assertAgrees(sentOf(request), wire, request.expect, where);
  }
}

/** Cases use the older fields too: that these are deprecated is asked for elsewhere. */
function withoutDeprecations(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.includes(" is deprecated in Envoy's API"));
}

function assertProblems(lines: readonly string[], expected: readonly string[], where: string): void {
  const all = lines.join("\n");
  for (const part of expected)
    assert.ok(
      lines.some((line) => line.includes(part)),
      `${where}: no "${part}" in\n${all}`,
    );
  assert.equal(lines.length, expected.length, `${where}: problems are\n${all}`);
}

function isForTableOnly({ metadata, filter_state, tls, random }: RouteCaseRequest): boolean {
  return metadata !== undefined || filter_state !== undefined || tls !== undefined || random !== undefined;
}

// ---- against the table

function askTable(table: RouteTable, request: RouteCaseRequest, where: string): void {
  const asked = routeRequestOf(request);
  const route = table.match(asked);
  const { virtualHost, domain, passed, route: explained } = table.explain(asked);
  assert.equal(explained, route, `${where}: match and explain do not agree`);
  const { expect } = request;
  const fields = passed.map(({ failed }) => failed.field);
  if (expect.route !== undefined) assert.equal(route?.name ?? null, expect.route, `${where}: route; passed: ${fields}`);
  if (expect.virtual_host !== undefined) assert.equal(virtualHost?.name ?? null, expect.virtual_host, where);
  if (expect.domain !== undefined) assert.equal(domain, expect.domain, where);
  if (expect.passed !== undefined) assert.deepEqual(fields, expect.passed, where);
}

function routeRequestOf(request: RouteCaseRequest): RouteRequest {
  const headers = new HeaderMap();
  const { method, target } = requestLine(request);
  headers.method = method;
  headers.path = method === "CONNECT" ? "" : target;
  headers.authority = method === "CONNECT" ? target : (request.host ?? DEFAULT_HOST);
  headers.scheme = "http";
  for (const [name, value] of fieldList(request.headers ?? {})) headers.add(name.toLowerCase(), value);
  headers.set("x-forwarded-proto", headers.get("x-forwarded-proto") ?? "http");
  const info = new StreamInfo(1, 1, "HTTP/1.1", 0, 0);
  info.downstreamRemoteAddress = `${request.from ?? "127.0.0.1"}:40001`;
  info.downstreamDirectRemoteAddress = info.downstreamRemoteAddress;
  info.downstreamLocalAddress = "127.0.0.1:80";
  if (request.tls !== undefined) {
    const { presented, validated } = request.tls;
    info.downstreamTls = { peerCertificatePresented: presented, peerCertificateValidated: validated };
  }
  if (request.filter_state !== undefined) info.filterState = new Map(Object.entries(request.filter_state));
  if (request.metadata !== undefined) info.dynamicMetadata = metadataOf(request.metadata);
  const random = request.random ?? 0;
  return { requestHeaders: headers, streamInfo: info, randomValue: () => random };
}

function metadataOf(values: NonNullable<RouteCaseRequest["metadata"]>): DynamicMetadata {
  const metadata = new DynamicMetadata();
  for (const [namespace, struct] of Object.entries(values)) {
    for (const [key, value] of Object.entries(struct)) metadata.set(namespace, key, value);
  }
  return metadata;
}

function requestLine({ request }: RouteCaseRequest): { readonly method: string; readonly target: string } {
  const [method = "", target = ""] = request.split(" ");
  return { method, target };
}

function sentOf(request: RouteCaseRequest): SentRequest {
  const { method, target } = requestLine(request);
  const host = method === "CONNECT" ? target : (request.host ?? DEFAULT_HOST);
  return { method, target, fields: [["host", host], ...fieldList(request.headers ?? {})], from: request.from ?? "" };
}

function fieldList(fields: Readonly<Record<string, string | readonly string[]>>): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : [...value]).map((one): [string, string] => [name, one]),
  );
}

// ---- through a proxy

/** One request through a proxy of its own. */
class RouteCaseRun {
  private readonly proxy: SimulatedProxy;
  private readonly origins = new Map<string, PeerListener>();
  private readonly got: OriginRequest[] = [];

  constructor(routeCase: RouteCase) {
    this.proxy = new SimulatedProxy(bootstrapOf(routeCase), { warnings: routeCase.warnings !== undefined });
    for (const [name, { host, port }] of originsOf(routeCase)) {
      this.origins.set(name, this.proxy.network.listenPeer({ kind: "ip", host, port }));
    }
  }

  ask(request: RouteCaseRequest, where: string): WireOutcome {
    let response: ResponseMessage;
    try {
      response = this.exchange(request, where);
      this.assertOrigin(request.expect, where);
      assertResponse(request.expect, response, where);
      this.assertLog(request.expect, where);
      for (const [name, value] of Object.entries(request.expect.stats ?? {})) {
        assert.equal(this.proxy.stats.nonZero.get(name) ?? 0, value, `${where}: ${name}`);
      }
    } finally {
      this.proxy.stop();
    }
    assert.deepEqual(this.proxy.leftovers(), [], `${where}: what is left when everything is over`);
    return { got: this.got, response };
  }

  private exchange(request: RouteCaseRequest, where: string): ResponseMessage {
    const { network, dispatcher, listenAddress } = this.proxy;
    const client = network.connectPeer(listenAddress, request.from);
    const { method, target, fields } = sentOf(request);
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
    client.send(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      dispatcher.runFor(HOP_MS);
      const response = readResponse(client.receivedBytes, { head: method === "HEAD" });
      // Mirrored requests may still be on their way.
      const moved = this.answerOrigins(request);
      if (response !== null && !moved) {
        client.close();
        dispatcher.runFor(HOP_MS);
        return response;
      }
    }
    assert.fail(`${where}: no response; the client got ${JSON.stringify(client.received)}`);
  }

  /** Answers what has reached the origins; true if something has. */
  private answerOrigins(request: RouteCaseRequest): boolean {
    let moved = false;
    for (const [cluster, origin] of this.origins) {
      for (const peer of origin.accepted) {
        const message = readRequest(peer.receivedBytes);
        if (message === null) continue;
        peer.takeReceivedBytes();
        peer.send(responseText(cluster, message.method, this.nextResponse(request)));
        this.got.push({ cluster, message });
        moved = true;
      }
    }
    return moved;
  }

  private nextResponse({ response }: RouteCaseRequest): RouteCaseResponse {
    if (response === undefined) return {};
    const responses = Array.isArray(response) ? (response as readonly RouteCaseResponse[]) : [response];
    return (responses[Math.min(this.got.length, responses.length - 1)] as RouteCaseResponse | undefined) ?? {};
  }

  private assertOrigin(expect: RouteCaseExpectation, where: string): void {
    const clusters = this.got.map(({ cluster }) => cluster);
    // The last one: before it there may be redirects that the proxy follows itself.
    const last = this.got.at(-1);
    if (expect.cluster !== undefined) assert.equal(last?.cluster ?? null, expect.cluster, `${where}: ${clusters}`);
    const { path, host, headers } = expect;
    if (path === undefined && host === undefined && headers === undefined) return;
    assert.ok(last !== undefined, `${where}: no origin got the request`);
    if (path !== undefined) assert.equal(last.message.target, path, where);
    if (host !== undefined) assert.equal(fieldOf(last.message, "host"), host, where);
    assertFields(last.message, headers ?? {}, where);
  }

  private assertLog(expect: RouteCaseExpectation, where: string): void {
    const [details, flags] = (this.proxy.accessLog[0] ?? "").split(" ");
    if (expect.details !== undefined) assert.equal(details, expect.details, where);
    if (expect.flags !== undefined) assert.equal(flags, expect.flags, where);
  }
}

function responseText(cluster: string, method: string, response: RouteCaseResponse): string {
  const { status = 200, headers = {}, body = cluster } = response;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `HTTP/1.1 ${status} OK\r\n${length}${lines.join("")}\r\n${method === "HEAD" ? "" : body}`;
}

function assertResponse(expect: RouteCaseExpectation, response: ResponseMessage, where: string): void {
  if (expect.status !== undefined) assert.equal(response.status, expect.status, where);
  if (expect.location !== undefined) assert.equal(fieldOf(response, "location"), expect.location, where);
  if (expect.body !== undefined) assert.equal(response.body.toString(), expect.body, where);
  assertFields(response, expect.response_headers ?? {}, where);
}

function assertFields(message: HttpMessage, expected: ExpectedFields, where: string): void {
  for (const [name, value] of Object.entries(expected)) {
    const values = message.fields.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, text]) => text);
    const wanted = typeof value === "string" ? [value] : (value ?? []);
    assert.deepEqual(values, wanted, `${where}: ${name}`);
  }
}
