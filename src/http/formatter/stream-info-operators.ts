import { responseFlagsLongText, responseFlagsText } from "../../stream-info/response-flag.js";
import type { HostDescription, StreamInfo } from "../../stream-info/stream-info.js";
import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";

/** A text of the stream; empty means absent. */
export class TextFactOperator implements Operator {
  readonly numeric = false;
  private readonly read: (info: StreamInfo) => string;

  constructor(read: (info: StreamInfo) => string) {
    this.read = read;
  }

  format(context: LogContext): string | null {
    return this.read(context.streamInfo) || null;
  }
}

/** A number of the stream; never absent. */
export class NumberFactOperator implements Operator {
  readonly numeric = true;
  private readonly read: (info: StreamInfo) => number;

  constructor(read: (info: StreamInfo) => number) {
    this.read = read;
  }

  format(context: LogContext): string {
    return String(this.read(context.streamInfo));
  }
}

/** `%RESPONSE_CODE_DETAILS%`: one word for those who split lines at spaces, unless whitespace is allowed. */
export class ResponseCodeDetailsOperator implements Operator {
  readonly numeric = false;
  private readonly allowWhitespace: boolean;

  constructor(params: string) {
    this.allowWhitespace = params === "ALLOW_WHITESPACES";
  }

  format(context: LogContext): string | null {
    const details = context.streamInfo.responseCodeDetails;
    if (details === "") return null;
    return this.allowWhitespace ? details : details.replace(WHITESPACE, "_");
  }
}

const WHITESPACE = /\s/g;

export const TEXT_FACTS: Readonly<Record<string, (info: StreamInfo) => string>> = {
  PROTOCOL: (info) => info.protocol,
  UPSTREAM_PROTOCOL: (info) => info.upstreamProtocol ?? "",
  CONNECTION_TERMINATION_DETAILS: (info) => info.connectionTerminationDetails,
  UPSTREAM_TRANSPORT_FAILURE_REASON: (info) => info.upstreamTransportFailureReason,
  // No flag prints `-`, which is a value of its own in Envoy, not a missing one.
  RESPONSE_FLAGS: (info) => responseFlagsText(info.responseFlagSequence),
  RESPONSE_FLAGS_LONG: (info) => responseFlagsLongText(info.responseFlagSequence),
  ROUTE_NAME: (info) => info.routeName,
  VIRTUAL_HOST_NAME: (info) => info.virtualHostName,
  VIRTUAL_CLUSTER_NAME: (info) => info.virtualCluster?.name ?? "",
  CUSTOM_FLAGS: (info) => info.customFlags,
  FILTER_CHAIN_NAME: (info) => info.origin.filterChainName,
  UPSTREAM_CLUSTER: (info) => info.upstreamHost?.observabilityName || info.clusterName,
  UPSTREAM_CLUSTER_RAW: (info) => info.clusterName,
  UPSTREAM_HOST: (info) => info.upstreamHost?.addressText ?? "",
  UPSTREAM_HOST_NAME: (info) => hostName(info.upstreamHost),
  UPSTREAM_HOST_NAME_WITHOUT_PORT: (info) => withoutPort(hostName(info.upstreamHost)),
};

export const NUMBER_FACTS: Readonly<Record<string, (info: StreamInfo) => number>> = {
  RESPONSE_CODE: (info) => info.responseCode,
  BYTES_RECEIVED: (info) => info.bytesReceived,
  BYTES_SENT: (info) => info.bytesSent,
  UPSTREAM_REQUEST_ATTEMPT_COUNT: (info) => info.attemptCount,
  CONNECTION_ID: (info) => info.connectionId,
  UPSTREAM_CONNECTION_ID: (info) => info.upstreamConnectionId,
};

export function hostName(host: HostDescription | null): string {
  if (host === null) return "";
  return host.hostname === "" ? host.addressText : host.hostname;
}

const TRAILING_PORT = /:\d+$/;

/** A bare IPv6 address has no port to lose. */
export function withoutPort(name: string): string {
  const isBareIpv6 = !name.startsWith("[") && name.indexOf(":") !== name.lastIndexOf(":");
  return isBareIpv6 ? name : name.replace(TRAILING_PORT, "");
}
