import { responseFlagBit } from "../../stream-info/response-flag.js";
import { type RequestGroupRecord, StreamInfo } from "../../stream-info/stream-info.js";
import { HeaderMap } from "../headers/header-map.js";
import type { AccessLogType, LogContext } from "./log-context.js";
import type { FormatHost } from "./operator.js";

export const TEST_HOST: FormatHost = { hostname: "proxy-1", environment: { REGION: "eu-west", EMPTY: "" } };

/** 2016-04-15T20:17:00.310Z, a Friday. */
export const START_WALL_MS = Date.UTC(2016, 3, 15, 20, 17, 0, 310);
const START_MS = 5_000;

/** A finished exchange, or one that has only begun, whose facts a test may change. */
export class TestContext implements LogContext {
  requestHeaders = new HeaderMap();
  responseHeaders: HeaderMap | null = null;
  responseTrailers: HeaderMap | null = null;
  streamInfo = new StreamInfo(7, 3, "HTTP/1.1", START_MS, START_WALL_MS);
  localReplyBody = "";
  logType: AccessLogType = "DownstreamEnd";
  isHealthCheck = false;
  /** Milliseconds since the stream's start. */
  ageMs = 0;

  nowMs(): number {
    return START_MS + this.ageMs;
  }
}

/** Counts nothing. */
class NamedGroup implements RequestGroupRecord {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  onAttempt(): void {}
  onTimeout(): void {}
  onRetry(): void {}
  onResponse(): void {}
  onComplete(): void {}
}

/** A request of which nothing is known but that it came. */
export function bareContext(): TestContext {
  return new TestContext();
}

/** A request that was answered by an upstream after a retry. */
export function finishedContext(): TestContext {
  const context = new TestContext();
  const request = context.requestHeaders;
  request.method = "POST";
  request.path = "/rewritten?x=1&name=J%20D%0a&x=2&flag";
  request.authority = "locations:8080";
  request.scheme = "http";
  request.add("x-envoy-original-path", "/api/v1/locations?q=a");
  request.add("x-forwarded-for", "10.0.35.28");
  request.add("user-agent", "nsq2http");
  request.add("x-request-id", "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2");
  const response = new HeaderMap();
  response.status = 204;
  response.add("x-envoy-upstream-service-time", "100");
  response.add("server", "sluice");
  context.responseHeaders = response;
  const trailers = new HeaderMap();
  trailers.add("checksum", "abc");
  context.responseTrailers = trailers;
  fillFacts(context.streamInfo);
  context.ageMs = 230;
  return context;
}

function fillFacts(info: StreamInfo): void {
  info.responseCode = 204;
  info.responseCodeDetails = "via upstream";
  info.setResponseFlag(responseFlagBit("URX"));
  info.setResponseFlag(responseFlagBit("UF"));
  info.bytesReceived = 154;
  info.bytesSent = 12;
  info.downstreamRemoteAddress = "10.0.35.28:0";
  info.downstreamDirectRemoteAddress = "[2001:db8:1234:5678:9abc:def0:1234:5678]:40000";
  info.downstreamLocalAddress = "10.0.0.9:10000";
  info.origin = {
    filterChainName: "chain",
    listenerMetadata: { f: { on: "listener" } },
    filterChainMetadata: { f: { on: "chain" } },
  };
  info.route = { metadata: { f: { on: "route", deep: { n: 1 } } }, virtualHost: { metadata: { f: { on: "vhost" } } } };
  info.cluster = { metadata: { f: { on: "cluster" } } };
  info.routeName = "route";
  info.virtualHostName = "vhost";
  info.clusterName = "cluster";
  info.upstreamHost = {
    addressText: "10.0.2.1:80",
    hostname: "db.internal:80",
    observabilityName: "alt",
    canary: false,
    zoneResponses: null,
    metadata: { f: { on: "host" } },
  };
  info.earlierAttempts = [
    { host: { ...info.upstreamHost, addressText: "10.0.2.9:80", hostname: "" }, connectionId: 8 },
  ];
  info.addCustomFlag("odd");
  info.addCustomFlag("slow");
  info.virtualCluster = new NamedGroup("vc");
  Object.assign(info, {
    downstreamWireBytesSent: 1,
    downstreamWireBytesReceived: 2,
    downstreamHeaderBytesSent: 3,
    downstreamHeaderBytesReceived: 4,
    upstreamWireBytesSent: 5,
    upstreamWireBytesReceived: 6,
    upstreamHeaderBytesSent: 7,
    upstreamHeaderBytesReceived: 8,
  });
  info.upstreamConnectionId = 9;
  info.upstreamLocalAddress = "10.0.0.9:51000";
  info.upstreamRemoteAddress = "/run/up.sock";
  info.upstreamProtocol = "HTTP/1.1";
  info.upstreamTransportFailureReason = "TLS_error";
  info.connectionTerminationDetails = "closed";
  info.attemptCount = 2;
  const start = info.startTimeMs;
  info.lastDownstreamRxMs = start + 1.75;
  info.attemptStartMs = start + 0.5;
  info.upstreamConnectStartMs = start + 1;
  info.upstreamConnectedMs = start + 1.25;
  info.firstUpstreamTxMs = start + 2;
  info.lastUpstreamTxMs = start + 3;
  info.firstUpstreamRxMs = start + 100.25;
  info.lastUpstreamRxMs = start + 150;
  info.firstDownstreamTxMs = start + 101;
  info.lastDownstreamTxMs = start + 200.5;
  info.endTimeMs = start + 226.9;
}
