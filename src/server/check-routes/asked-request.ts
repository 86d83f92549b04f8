import type { RouteTestRequest } from "../../config/route-tests.js";
import type { LogContext } from "../../http/formatter/log-context.js";
import { HeaderMap } from "../../http/headers/header-map.js";
import type { RouteRequest } from "../../route/match-input.js";
import { DynamicMetadata } from "../../stream-info/dynamic-metadata.js";
import { StreamInfo } from "../../stream-info/stream-info.js";

const CLIENT = "127.0.0.1:50000";
const LISTENER = "127.0.0.1:80";

/** The request of a test as the route table and the formats of header rules see it. */
export class AskedRequest implements RouteRequest, LogContext {
  readonly requestHeaders: HeaderMap;
  readonly responseHeaders = new HeaderMap();
  readonly responseTrailers = null;
  readonly streamInfo = new StreamInfo(1, 1, "HTTP/1.1", 0, 0);
  readonly localReplyBody = "";
  readonly logType = "NotSet";
  readonly isHealthCheck = false;
  private readonly random: number;

  constructor(input: RouteTestRequest) {
    this.random = input.randomValue;
    this.requestHeaders = headersOf(input);
    for (const { name, value } of input.responseHeaders) this.responseHeaders.add(name, latin1(value));
    const { streamInfo: info } = this;
    info.downstreamRemoteAddress = CLIENT;
    info.downstreamDirectRemoteAddress = CLIENT;
    info.downstreamLocalAddress = LISTENER;
    if (input.dynamicMetadata.length > 0) info.dynamicMetadata = metadataOf(input);
  }

  randomValue(): number {
    return this.random;
  }

  nowMs(): number {
    return 0;
  }
}

function headersOf({ authority, path, method, ssl, internal, requestHeaders }: RouteTestRequest): HeaderMap {
  const headers = new HeaderMap();
  headers.authority = latin1(authority);
  headers.path = method === "CONNECT" ? "" : latin1(path);
  headers.method = method;
  headers.scheme = ssl ? "https" : "http";
  headers.add("x-forwarded-proto", headers.scheme);
  if (internal) headers.add("x-envoy-internal", "true");
  for (const { name, value } of requestHeaders) headers.add(name, latin1(value));
  return headers;
}

/** As filters set it: what stands there already stays, unless it may be overwritten. */
function metadataOf({ dynamicMetadata }: RouteTestRequest): DynamicMetadata {
  const metadata = new DynamicMetadata();
  const written = new Set<string>();
  for (const { namespace, value, allowOverwrite } of dynamicMetadata) {
    if (written.has(namespace) && !allowOverwrite) continue;
    written.add(namespace);
    for (const [key, inner] of Object.entries(value)) metadata.set(namespace, key, inner);
  }
  return metadata;
}

/** As the wire has it: UTF-8, each byte a character. */
function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
