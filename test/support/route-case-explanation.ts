import assert from "node:assert/strict";
import type { LoadedBootstrap } from "../../src/config/bootstrap.js";
import { ConfigLookup } from "../../src/config/config-lookup.js";
import { explain } from "../../src/server/explain/explain.js";
import type { Explanation, UpstreamSide } from "../../src/server/explain/explanation.js";
import type { HeaderField } from "../../src/server/explain/http-head.js";
import { fieldOf, type RequestMessage, type ResponseMessage } from "./http-message.js";
import type { ExpectedFields, RouteCaseExpectation } from "./route-case.js";

/** What an origin got, and from which cluster's side. */
export interface OriginRequest {
  readonly cluster: string;
  readonly message: RequestMessage;
}

/** A request of a case, as a client sends it. */
export interface SentRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly HeaderField[];
  readonly from: string;
}

/** What became of it on the wire. */
export interface WireOutcome {
  /** In the order of their arrival: mirrors, and what the proxy sent again itself, among them. */
  readonly got: readonly OriginRequest[];
  readonly response: ResponseMessage;
}

/** Asks `sluice explain` about the requests of a case: it has to say what happened on the wire. */
export class CaseExplainer {
  private readonly loaded: LoadedBootstrap;
  private readonly lookup: ConfigLookup;

  constructor(loaded: LoadedBootstrap) {
    this.loaded = loaded;
    this.lookup = new ConfigLookup(loaded.bootstrap, loaded.sourceMap);
  }

  assertAgrees(sent: SentRequest, wire: WireOutcome, expect: RouteCaseExpectation, where: string): void {
    const explanation = this.explain(sent);
    assertDecision(explanation, expect, where);
    if (wire.got.length === 0) assertReply(explanation, wire.response, where);
    else assertUpstreams(explanation, wire.got, expect.cluster !== undefined, where);
    const [first, ...others] = wire.got;
    if (first === undefined || others.length > 0 || explanation.upstream === null) return;
    assertHeaders(explanation.upstream, sent.fields, expect.headers ?? {}, where);
  }

  private explain({ method, target, fields, from }: SentRequest): Explanation {
    const request = { method, url: target, headers: fields, body: "", listener: "", client: from };
    return explain(request, { config: this.loaded.config, lookup: this.lookup });
  }
}

function assertDecision({ outcome, passed }: Explanation, expect: RouteCaseExpectation, where: string): void {
  if (expect.route !== undefined) assert.equal(outcome.route_name, expect.route ?? "", `${where}: explained route`);
  if (expect.virtual_host !== undefined) {
    assert.equal(outcome.virtual_host_name, expect.virtual_host ?? "", `${where}: explained virtual host`);
  }
  if (expect.passed === undefined) return;
  assert.equal(passed.length, expect.passed.length, `${where}: routes passed over`);
  for (const [index, field] of expect.passed.entries()) {
    const path = passed[index]?.place?.path ?? "";
    assert.ok(path.endsWith(`.${field}`), `${where}: passed over for ${path}, not for ${field}`);
  }
}

function assertReply({ upstream, reply, outcome }: Explanation, response: ResponseMessage, where: string): void {
  assert.equal(upstream, null, `${where}: explained as forwarded`);
  if (response.status === 200 && reply?.tunnel !== "") return;
  assert.equal(reply?.status, response.status, `${where}: explained status`);
  assert.equal(outcome.path_redirect, fieldOf(response, "location") ?? "", `${where}: explained location`);
}

/** Each request that is explained was seen by an origin. */
function assertUpstreams(
  { upstream, otherUpstreams, outcome }: Explanation,
  got: readonly OriginRequest[],
  byCluster: boolean,
  where: string,
): void {
  assert.ok(upstream !== null, `${where}: explained as answered by the proxy`);
  for (const { method, path, host } of [upstream, ...otherUpstreams]) {
    const seen = got.some(
      ({ message }) => message.method === method && message.target === path && fieldOf(message, "host") === host,
    );
    assert.ok(seen, `${where}: no origin got ${method} ${path}, host ${host}`);
  }
  if (!byCluster) return;
  const own = got.find(({ cluster, message }) => cluster === outcome.cluster_name && message.target === upstream.path);
  assert.ok(own !== undefined, `${where}: explained ${outcome.cluster_name} ${upstream.path}, which got nothing`);
  assert.equal(fieldOf(own.message, "host"), outcome.host_rewrite, `${where}: explained host`);
}

function assertHeaders(
  upstream: UpstreamSide,
  sent: readonly HeaderField[],
  expected: ExpectedFields,
  where: string,
): void {
  for (const [name, value] of Object.entries(expected)) {
    const key = name.toLowerCase();
    const change = upstream.headers.find((header) => header.name === key);
    const before = sent.filter(([other]) => other.toLowerCase() === key).map(([, text]) => text);
    const wanted = typeof value === "string" ? [value] : [...(value ?? [])];
    assert.deepEqual([...(change?.after ?? before)], wanted, `${where}: explained ${name}`);
  }
}
