import { addressText, isLoopback } from "../../network/address.js";
import type { Connection } from "../../network/connection.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import { forwardedAddress, isSingleAddress } from "./forwarded-address.js";

/** Only a caller that is trusted as internal may set these (BEHAVIOUR 2.4). */
const INTERNAL_ONLY = [
  "x-envoy-retriable-status-codes",
  "x-envoy-retriable-header-names",
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-max-retries",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-force-trace",
  "x-envoy-ip-tags",
  "x-envoy-original-url",
  "x-envoy-hedge-on-per-try-timeout",
];

/** A client at the edge may not set these either. */
const NOT_FROM_EDGE = [
  "x-envoy-decorator-operation",
  "x-envoy-downstream-service-cluster",
  "x-envoy-downstream-service-node",
  "x-envoy-original-path",
  "x-envoy-original-host",
];

/** What the connection says of its peer, worked out once a connection. */
export interface DownstreamPeer {
  readonly remoteHost: string;
  readonly remoteText: string;
  readonly localHost: string;
  readonly localText: string;
  /** 0 for a pipe. */
  readonly localPort: number;
}

/** Reads off a connection who is at its other end. */
export function downstreamPeer(connection: Connection): DownstreamPeer {
  return {
    remoteHost: connection.remoteHost,
    remoteText: connection.remoteAddressText,
    localHost: connection.localHost,
    localText: connection.localAddressText,
    localPort: connection.localPort,
  };
}

/**
 * Makes of the client's headers those that go on: who the client is, what it may not claim, and the request's id. In the
 * order of BEHAVIOUR 2.3; hop-by-hop fields are gone already, the codec took them out.
 */
export function mutateRequestHeaders(
  headers: HeaderMap,
  context: ConnectionManagerContext,
  peer: DownstreamPeer,
  streamInfo: StreamInfo,
): void {
  const { config } = context;
  removeUntrustedReferer(headers);
  // Without client certificates the connection vouches for nobody (BEHAVIOUR 2.6, SANITIZE).
  headers.remove("x-forwarded-client-cert");
  const forwardedFor = headers.getJoined("x-forwarded-for");
  const clientHost = config.useRemoteAddress
    ? trustPeer(headers, context, peer, forwardedFor)
    : trustForwardedFor(config.xffNumTrustedHops, forwardedFor);
  const remoteHost = clientHost ?? peer.remoteHost;
  streamInfo.downstreamRemoteAddress =
    clientHost === null || clientHost === peer.remoteHost
      ? peer.remoteText
      : addressText({ kind: "ip", host: clientHost, port: 0 });
  if (!headers.has("x-forwarded-proto")) headers.add("x-forwarded-proto", "http");
  if (headers.scheme === "") headers.scheme = schemeOf(headers);

  const internal = isInternal(context, forwardedFor, remoteHost);
  const edge = !internal && config.useRemoteAddress;
  if (internal) headers.set("x-envoy-internal", "true");
  else if (hasEnvoyHeader(headers)) stripUntrusted(headers, edge);
  if (config.via !== "") appendVia(headers, config.via);
  if (edge && remoteHost !== "") headers.set("x-envoy-external-address", remoteHost);
  if (config.generateRequestId) ensureRequestId(headers, context, edge);
}

/** The connection's own peer is the client, unless trusted proxies stand before it. Returns the client's address. */
function trustPeer(
  headers: HeaderMap,
  context: ConnectionManagerContext,
  peer: DownstreamPeer,
  forwardedFor: string | null,
): string | null {
  const { config } = context;
  const hops = config.xffNumTrustedHops;
  const client = hops > 0 && forwardedFor !== null ? forwardedAddress(forwardedFor, hops) : null;
  if (!config.skipXffAppend && peer.remoteHost !== "") {
    // A loopback peer would tell nobody anything; our own address does.
    const appended = isLoopback(peer.remoteHost) ? peer.localHost : peer.remoteHost;
    headers.set("x-forwarded-for", forwardedFor === null ? appended : `${forwardedFor},${appended}`);
  }
  if (hops === 0 || !headers.has("x-forwarded-proto")) headers.set("x-forwarded-proto", "http");
  return client ?? peer.remoteHost;
}

/** The proxy before us is trusted to have written who the client is. */
function trustForwardedFor(trustedHops: number, forwardedFor: string | null): string | null {
  return forwardedFor === null ? null : forwardedAddress(forwardedFor, trustedHops + 1);
}

function schemeOf(headers: HeaderMap): string {
  return headers.get("x-forwarded-proto")?.toLowerCase() === "https" ? "https" : "http";
}

const ABSOLUTE_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i;

/** A referer that is repeated or no absolute URL says nothing that a server should rely on. */
function removeUntrustedReferer(headers: HeaderMap): void {
  const referer = headers.getJoined("referer");
  if (referer === null) return;
  if (referer !== headers.get("referer") || !ABSOLUTE_URL.test(referer)) headers.remove("referer");
}

function isInternal(context: ConnectionManagerContext, forwardedFor: string | null, clientHost: string): boolean {
  if (context.internalAddresses.isEmpty) return false;
  const trusted = context.config.useRemoteAddress
    ? forwardedFor === null
    : forwardedFor !== null && isSingleAddress(forwardedFor);
  return trusted && context.internalAddresses.contains(clientHost);
}

/** Most requests have none of them: one look instead of a search for each. */
function hasEnvoyHeader(headers: HeaderMap): boolean {
  for (let i = 0; i < headers.size; i++) if (headers.nameAt(i).startsWith("x-envoy-")) return true;
  return false;
}

function stripUntrusted(headers: HeaderMap, edge: boolean): void {
  headers.remove("x-envoy-internal");
  for (const name of INTERNAL_ONLY) headers.remove(name);
  if (!edge) return;
  for (const name of NOT_FROM_EDGE) headers.remove(name);
}

/** RFC 9110 7.6.3: behind what other hops wrote. */
export function appendVia(headers: HeaderMap, via: string): void {
  const before = headers.getJoined("via");
  headers.set("via", before === null ? via : `${before}, ${via}`);
}

function ensureRequestId(headers: HeaderMap, context: ConnectionManagerContext, edge: boolean): void {
  const known = headers.get("x-request-id");
  if (known !== null && known !== "" && !(edge && !context.config.preserveExternalRequestId)) return;
  headers.set("x-request-id", context.random.uuid());
}
