import { addressText, isLoopback } from "../../network/address.js";
import type { RouteRequest } from "../../route/match-input.js";
import type { LocalReply } from "../filter/filter.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import type { DownstreamPeer } from "./downstream-peer.js";
import { forwardedAddress } from "./forwarded-address.js";
import { stripInternalHeaders } from "./internal-headers.js";
import type { OriginalIpDetector } from "./original-ip-detection.js";
import { ensureRequestId } from "./request-id.js";

/**
 * Makes of the client's headers those that go on: who the client is, what it may not claim, and the request's id. In
 * Envoy's order, as later steps read what earlier ones wrote; hop-by-hop fields are gone already, the codec took them out. Null, or why the request is
 * refused.
 */
export function mutateRequestHeaders(
  request: RouteRequest,
  context: ConnectionManagerContext,
  peer: DownstreamPeer,
): LocalReply | null {
  const { requestHeaders: headers, streamInfo } = request;
  const { config } = context;
  removeUntrustedReferer(headers);
  const client = config.useRemoteAddress ? trustPeer(headers, context, peer) : detectClient(headers, context, peer);
  if (client.refusal !== null) return client.refusal;
  setOrigin(headers, context, peer);
  const internal = client.trusted && context.internalAddresses?.contains(client.host ?? "") === true;
  const edge = !internal && config.useRemoteAddress;
  if (client.host !== null && client.host !== peer.remoteHost) {
    streamInfo.downstreamRemoteAddress = addressText({ kind: "ip", host: client.host, port: 0 });
  }
  streamInfo.isInternal = internal;
  if (internal) headers.set("x-envoy-internal", "true");
  else stripInternalHeaders(headers, edge, config.internalOnlyHeaders);
  if (context.userAgent !== null) addUserAgent(headers, context.userAgent);
  if (config.via !== "") appendVia(headers, config.via);
  if (edge && client.host !== null && client.host !== "") headers.set("x-envoy-external-address", client.host);
  if (config.requestId !== null) ensureRequestId(headers, config.requestId, edge, context.random);
  // Without client certificates the connection vouches for nobody.
  const forwarding = context.clientCertRule?.choose(request) ?? config.forwardClientCert;
  if (forwarding !== "alwaysForwardOnly") headers.remove("x-forwarded-client-cert");
  return null;
}

/** Who sent the request, as far as it is known. */
interface Client {
  /** Empty for a Unix domain socket; null when only the connection's peer is known. */
  readonly host: string | null;
  /** The address is good enough to make the request an internal one. */
  readonly trusted: boolean;
  readonly refusal: LocalReply | null;
}

const UNKNOWN: Client = Object.freeze({ host: null, trusted: false, refusal: null });

function detectClient(headers: HeaderMap, context: ConnectionManagerContext, peer: DownstreamPeer): Client {
  const detectors = context.ipDetectors;
  let client = UNKNOWN;
  let appendsPeer = false;
  for (let i = 0; i < detectors.length && client === UNKNOWN; i++) {
    const detector = detectors[i] as OriginalIpDetector;
    const host = detector.detect(headers, peer.remoteHost);
    appendsPeer ||= detector.appendsPeer;
    if (host !== null) client = { host, trusted: detector.trusts(headers, host), refusal: null };
    else if (detector.refusal !== null) {
      context.stats.rqRejectedViaIpDetection.inc();
      return { host, trusted: false, refusal: detector.refusal };
    }
  }
  // Only now: who is asked later must not take the peer for what a proxy has written.
  if (appendsPeer) appendPeer(headers, context, peer);
  return client;
}

/** The connection's own peer is the client, unless trusted proxies stand before it. */
function trustPeer(headers: HeaderMap, context: ConnectionManagerContext, peer: DownstreamPeer): Client {
  const { config } = context;
  const forwardedFor = headers.getJoined("x-forwarded-for");
  const hops = config.xffNumTrustedHops;
  const client = hops > 0 && forwardedFor !== null ? forwardedAddress(forwardedFor, hops) : null;
  if (!config.skipXffAppend) appendPeer(headers, context, peer);
  // What a client says of itself counts only behind a proxy that is trusted.
  if (hops === 0) headers.remove("x-forwarded-proto");
  if (hops === 0 && config.appendXForwardedPort) headers.remove("x-forwarded-port");
  return { host: client ?? peer.remoteHost, trusted: forwardedFor === null, refusal: null };
}

/** A peer on a Unix domain socket has no address. */
function appendPeer(headers: HeaderMap, { config }: ConnectionManagerContext, peer: DownstreamPeer): void {
  if (peer.remoteHost === "") return;
  // A loopback peer would tell nobody anything; our own address does.
  let appended = isLoopback(peer.remoteHost) ? peer.localHost : peer.remoteHost;
  if (config.mapIpv4RemoteAddress && !appended.includes(":")) appended = `::FFFF:${appended}`;
  const before = headers.getJoined("x-forwarded-for");
  headers.set("x-forwarded-for", before === null ? appended : `${before},${appended}`);
}

/** Scheme and port by which the client came, as far as they are not known from a proxy before us. */
function setOrigin(headers: HeaderMap, context: ConnectionManagerContext, peer: DownstreamPeer): void {
  const { scheme, appendXForwardedPort, httpsDestinationPorts } = context.config;
  if (scheme !== "") {
    headers.scheme = scheme;
    headers.set("x-forwarded-proto", scheme);
  } else if (!headers.has("x-forwarded-proto")) {
    // Encryption ended before us; a port may tell that there was some.
    headers.add("x-forwarded-proto", httpsDestinationPorts.includes(peer.localPort) ? "https" : "http");
  }
  if (headers.scheme === "") headers.scheme = forwardedScheme(headers);
  if (appendXForwardedPort && peer.localPort !== 0 && !headers.has("x-forwarded-port")) {
    headers.add("x-forwarded-port", String(peer.localPort));
  }
}

function forwardedScheme(headers: HeaderMap): string {
  return headers.get("x-forwarded-proto")?.toLowerCase() === "https" ? "https" : "http";
}

const ABSOLUTE_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i;

/** A referer that is repeated or no absolute URL says nothing that a server should rely on. */
function removeUntrustedReferer(headers: HeaderMap): void {
  const referer = headers.getJoined("referer");
  if (referer === null) return;
  if (referer !== headers.get("referer") || !ABSOLUTE_URL.test(referer)) headers.remove("referer");
}

/** Who we are, for servers that want to know which service calls them (`add_user_agent`). */
export interface UserAgent {
  /** `node.cluster`; empty when there is none. */
  readonly serviceCluster: string;
  /** `node.id`; empty when there is none. */
  readonly serviceNode: string;
}

function addUserAgent(headers: HeaderMap, userAgent: UserAgent): void {
  const { serviceCluster, serviceNode } = userAgent;
  if (serviceCluster !== "") {
    headers.set("x-envoy-downstream-service-cluster", serviceCluster);
    if ((headers.get("user-agent") ?? "") === "") headers.set("user-agent", serviceCluster);
  }
  if (serviceNode !== "") headers.set("x-envoy-downstream-service-node", serviceNode);
}

/** RFC 9110 7.6.3: behind what other hops wrote. */
export function appendVia(headers: HeaderMap, via: string): void {
  const before = headers.getJoined("via");
  headers.set("via", before === null ? via : `${before}, ${via}`);
}
