import type { Metadata } from "../common/metadata.js";
import { NO_METADATA } from "../common/metadata.js";
import type { DynamicMetadata } from "./dynamic-metadata.js";
import type { Protocol } from "./protocol.js";
import { type FlagSequence, type ResponseFlags, withFlag } from "./response-flag.js";

/** What logs and headers may say of an upstream host. Implemented by `Host`. */
export interface HostDescription {
  /** `127.0.0.1:80`, or the path of a pipe. */
  readonly addressText: string;
  /** Name it was resolved from or was configured with; empty when there is none. */
  readonly hostname: string;
  /** Of its cluster: `alt_stat_name` if set, else the name. */
  readonly observabilityName: string;
  /** Metadata says that it runs a release on trial. */
  readonly canary: boolean;
  /** Counts responses from the host's zone to the proxy's; null when one of the two is in none. */
  readonly zoneResponses: ResponseRecord | null;
  readonly metadata: Metadata;
}

/** What configuration says of a cluster to logs. Implemented by `ClusterInfo`. */
export interface ClusterDescription {
  readonly metadata: Metadata;
}

/** What configuration says of a route to logs. Implemented by `Route`. */
export interface RouteDescription {
  readonly metadata: Metadata;
  readonly virtualHost: { readonly metadata: Metadata };
}

/** Where in the configuration a connection came in. One for each filter chain. */
export interface ConnectionOrigin {
  /** Empty for a chain without a name. */
  readonly filterChainName: string;
  readonly listenerMetadata: Metadata;
  readonly filterChainMetadata: Metadata;
}

export const NO_ORIGIN: ConnectionOrigin = Object.freeze({
  filterChainName: "",
  listenerMetadata: NO_METADATA,
  filterChainMetadata: NO_METADATA,
});

/** An attempt that another one followed, or one beside the one that has answered. */
export interface EarlierAttempt {
  readonly host: HostDescription;
  /** 0 when it got no connection. */
  readonly connectionId: number;
}

/** What became of the wish to try a request again. */
export type RetryOutcome = "retry" | "success" | "overflow" | "limitExceeded";

/** Counts responses. */
export interface ResponseRecord {
  /** An upstream's response begins, or the router's own in its place. @param status 0 where it is not to count by that */
  onResponse(status: number): void;
  /** The response is complete. @param durationMs since the request was */
  onComplete(durationMs: number): void;
}

/** Counts what becomes of requests that belong together. Implemented by `RequestGroup`. */
export interface RequestGroupRecord extends ResponseRecord {
  readonly name: string;
  /** A request has a connection to its upstream host. */
  onAttempt(): void;
  /** The time of the route is up while an attempt is under way. */
  onTimeout(): void;
  onRetry(outcome: RetryOutcome): void;
}

/** What the client showed of itself in TLS. */
export interface DownstreamTls {
  readonly peerCertificatePresented: boolean;
  readonly peerCertificateValidated: boolean;
}

/** A point in time that has not come. */
export const NOT_YET = -1;

/**
 * Everything that is known of one stream apart from its headers: the access log and filters read it, the layers that
 * learn something write it. Times are the dispatcher's monotonic milliseconds, `NOT_YET` before they are known.
 * Addresses are texts such as `127.0.0.1:80`.
 */
export class StreamInfo {
  /** The stream's number, shown as `[S7]`; unique in the process. */
  streamId: number;
  /** The downstream connection's number, shown as `[C7]`. */
  connectionId: number;
  protocol: Protocol;
  startTimeMs: number;
  /** The start on the wall clock, milliseconds since the epoch. */
  startWallMs: number;

  /** 0 until a response was started. */
  responseCode = 0;
  /** `%RESPONSE_CODE_DETAILS%`; empty until known. */
  responseCodeDetails = "";
  responseFlags: ResponseFlags = 0;
  /** The same, in the order in which they were set. */
  responseFlagSequence: FlagSequence = 0;
  /** Bytes of the request body, and of the response body handed to the codec. */
  bytesReceived = 0;
  bytesSent = 0;
  /** What the stream has cost on each side's wire: everything, and heads alone. Upstream of all attempts. */
  downstreamWireBytesSent = 0;
  downstreamWireBytesReceived = 0;
  downstreamHeaderBytesSent = 0;
  downstreamHeaderBytesReceived = 0;
  upstreamWireBytesSent = 0;
  upstreamWireBytesReceived = 0;
  upstreamHeaderBytesSent = 0;
  upstreamHeaderBytesReceived = 0;

  /** The client's address after x-forwarded-for; the physical peer's; and the one it connected to. */
  downstreamRemoteAddress = "";
  downstreamDirectRemoteAddress = "";
  downstreamLocalAddress = "";
  /** SNI; empty without TLS. */
  requestedServerName = "";
  origin: ConnectionOrigin = NO_ORIGIN;
  /** Null without TLS. */
  downstreamTls: DownstreamTls | null = null;

  /** What filters leave for each other; null until one does. */
  dynamicMetadata: DynamicMetadata | null = null;
  /** What filters have to say of the stream, comma-joined (`%CUSTOM_FLAGS%`). */
  customFlags = "";
  /** Named values that filters keep for the stream; null until one does. */
  filterState: Map<string, string> | null = null;

  routeName = "";
  virtualHostName = "";
  /** Null when the virtual host has no virtual clusters. */
  virtualCluster: RequestGroupRecord | null = null;
  /** Null when the route has no `stat_prefix`. */
  routeGroup: RequestGroupRecord | null = null;
  /** Where the cluster counts the response a second time (`x-envoy-upstream-alt-stat-name`); empty for nowhere. */
  altStatName = "";
  /** Cleared where the router is not to count responses (`Router.dynamic_stats`). */
  countsResponse = true;
  /** Cleared where they are not to count by status (`Router.suppress_grpc_request_failure_code_stats`). */
  countsStatus = true;
  clusterName = "";
  /** Null until known. */
  route: RouteDescription | null = null;
  cluster: ClusterDescription | null = null;

  /** The request came from an internal address. */
  isInternal = false;
  /** The response says that it comes from a release on trial. */
  isCanary = false;
  upstreamHost: HostDescription | null = null;
  /** Null when there was no second attempt. */
  earlierAttempts: EarlierAttempt[] | null = null;
  upstreamConnectionId = 0;
  upstreamLocalAddress = "";
  upstreamRemoteAddress = "";
  upstreamProtocol: Protocol | null = null;
  upstreamTransportFailureReason = "";
  /** How many times the request was sent, or tried to be sent, upstream. */
  attemptCount = 0;
  /** `%CONNECTION_TERMINATION_DETAILS%` */
  connectionTerminationDetails = "";

  lastDownstreamRxMs = NOT_YET;
  /** When the last attempt began. */
  attemptStartMs = NOT_YET;
  /** When the connection of the last attempt was asked for, and when it stood: maybe long before the stream began. */
  upstreamConnectStartMs = NOT_YET;
  upstreamConnectedMs = NOT_YET;
  firstUpstreamTxMs = NOT_YET;
  lastUpstreamTxMs = NOT_YET;
  firstUpstreamRxMs = NOT_YET;
  lastUpstreamRxMs = NOT_YET;
  firstDownstreamTxMs = NOT_YET;
  lastDownstreamTxMs = NOT_YET;
  /** When the stream ended, whatever way. */
  endTimeMs = NOT_YET;

  constructor(streamId: number, connectionId: number, protocol: Protocol, startTimeMs: number, startWallMs: number) {
    this.streamId = streamId;
    this.connectionId = connectionId;
    this.protocol = protocol;
    this.startTimeMs = startTimeMs;
    this.startWallMs = startWallMs;
  }

  /** @param flag what a filter wants to see in the log; no comma in it */
  addCustomFlag(flag: string): void {
    this.customFlags = this.customFlags === "" ? flag : `${this.customFlags},${flag}`;
  }

  setResponseFlag(bit: ResponseFlags): void {
    if ((this.responseFlags & bit) !== 0) return;
    this.responseFlags |= bit;
    this.responseFlagSequence = withFlag(this.responseFlagSequence, bit);
  }
}
