import type { RandomSource } from "../../common/random.js";
import type { RequestEncoder, ResponseDecoder, StreamCallbacks } from "../../http/codec/codec.js";
import { Http1ClientConnection, type Http1ClientSettings } from "../../http/codec/http1/client-connection.js";
import { HeaderMap } from "../../http/headers/header-map.js";
import { compileStringMatcher } from "../../matching/string-matcher.js";
import type { StringMatcherConfig } from "../../matching/string-matcher-config.js";
import type { Address } from "../../network/address.js";
import type { Connection, ConnectionCallbacks, ConnectionEvent } from "../../network/connection.js";
import type { HttpCheckConfig, StatusRange } from "../health-check-config.js";
import { type CheckNetwork, openCheckConnection } from "./check-connection.js";
import {
  type CheckReceiver,
  type CheckResult,
  type CheckSession,
  DEGRADED,
  HEALTHY,
  NETWORK_FAILURE,
} from "./check-result.js";
import type { HealthCheckStats } from "./health-check-stats.js";
import { holdsInOrder } from "./receive-match.js";

const CODEC_SETTINGS: Http1ClientSettings = {
  maxHeadBytes: 60 * 1024,
  maxFields: 100,
  enableTrailers: false,
  underscores: "allow",
  allowChunkedLength: false,
  allowAbsoluteUrl: true,
  allowHttpsTarget: false,
  ignoredUpgrades: null,
  sendFullyQualifiedUrl: false,
  stats: null,
  headerCase: null,
};
const USER_AGENT = "Envoy/HC";
const OTHER_SERVICE: CheckResult = { healthy: false, failure: "ACTIVE", retriable: false, immediate: false };

/** Changes the head of a check's request as configured (`request_headers_to_add`, `request_headers_to_remove`). */
export interface CheckHeaders {
  applyTo(headers: HeaderMap): void;
}

/** What the checks of one host have in common. */
export interface HttpCheckSettings {
  readonly config: HttpCheckConfig;
  readonly authority: string;
  readonly headers: CheckHeaders;
  readonly random: RandomSource;
  /** One connection serves for many checks. */
  readonly reuse: boolean;
}

/** Checks a host by a request over HTTP/1. */
export class HttpCheckSession implements CheckSession, ConnectionCallbacks, ResponseDecoder, StreamCallbacks {
  private readonly network: CheckNetwork;
  private readonly address: Address;
  private readonly config: HttpCheckConfig;
  private readonly authority: string;
  private readonly headers: CheckHeaders;
  private readonly reuse: boolean;
  private readonly random: RandomSource;
  private readonly stats: HealthCheckStats;
  private readonly receiver: CheckReceiver;
  private connection: Connection | null = null;
  private codec: Http1ClientConnection | null = null;
  private encoder: RequestEncoder | null = null;
  /** A check is under way. */
  private checking = false;
  private response: HeaderMap | null = null;
  private body = "";

  constructor(
    network: CheckNetwork,
    address: Address,
    { config, authority, headers, random, reuse }: HttpCheckSettings,
    stats: HealthCheckStats,
    receiver: CheckReceiver,
  ) {
    this.network = network;
    this.address = address;
    this.config = config;
    this.authority = authority;
    this.headers = headers;
    this.random = random;
    this.reuse = reuse;
    this.stats = stats;
    this.receiver = receiver;
  }

  start(): void {
    this.checking = true;
    this.response = null;
    this.body = "";
    if (this.connection === null) this.open();
    else this.send();
  }

  private open(): void {
    this.connection = openCheckConnection(this.network, this.address, this);
    this.codec = new Http1ClientConnection(
      this.connection,
      {
        onResponseComplete: (reusable) => this.onResponseComplete(reusable),
        onProtocolError: () => this.close("health_check_protocol_error"),
        onStreamReset: () => this.close("health_check_reset"),
        // A check asks for no tunnel.
        onTunnelComplete: () => this.close("health_check_done"),
      },
      CODEC_SETTINGS,
    );
  }

  private send(): void {
    const encoder = this.codec?.newStream(this, this) ?? null;
    this.encoder = encoder;
    const { send } = this.config;
    encoder?.encodeHeaders(this.request(), send === "");
    if (send !== "") encoder?.encodeData(Buffer.from(send, "latin1"), true);
  }

  private request(): HeaderMap {
    const { method, path, send } = this.config;
    const headers = new HeaderMap();
    headers.method = method;
    headers.path = path;
    headers.authority = this.authority;
    headers.add("user-agent", USER_AGENT);
    this.headers.applyTo(headers);
    if (send !== "") headers.set("content-length", String(send.length));
    return headers;
  }

  cancel(): void {
    this.checking = false;
    this.encoder = null;
    this.close("health_check_timeout");
  }

  // ---- connection

  onData(data: Buffer): void {
    this.codec?.dispatch(data);
  }

  /** Only of connections that may be half open, which these are not. */
  onRemoteEnd(): void {}

  onConnectionEvent(event: ConnectionEvent): void {
    if (event === "connected") {
      this.send();
      return;
    }
    const { codec } = this;
    this.connection = null;
    this.codec = null;
    // A response that lasts until the close is complete now; without a request there is nothing to be told.
    codec?.onConnectionClosed("connection termination", event === "remoteClose");
    if (this.checking && this.encoder === null) this.finish(NETWORK_FAILURE);
    else if (this.checking && this.response !== null) this.finish(this.judge(this.response));
  }

  private close(reason: string): void {
    const { connection } = this;
    this.connection = null;
    this.codec = null;
    connection?.close("noFlush", reason);
  }

  onAboveWriteBufferHighWatermark(): void {}

  onBelowWriteBufferLowWatermark(): void {}

  // ---- response

  decode1xxHeaders(): void {}

  decodeHeaders(headers: HeaderMap): void {
    this.response = headers;
  }

  decodeData(data: Buffer): void {
    const { receive, responseBufferBytes } = this.config;
    if (receive.length === 0) return;
    this.body += data.toString("latin1");
    if (responseBufferBytes > 0) this.body = this.body.slice(0, responseBufferBytes);
  }

  decodeTrailers(): void {}

  onResetStream(): void {
    if (this.checking) this.finish(NETWORK_FAILURE);
  }

  private onResponseComplete(reusable: boolean): void {
    const { response } = this;
    if (!reusable || !this.reuse) this.close("health_check_done");
    if (this.checking && response !== null) this.finish(this.judge(response));
  }

  private judge(headers: HeaderMap): CheckResult {
    const { expectedStatuses, retriableStatuses, serviceName, receive } = this.config;
    const { status } = headers;
    // A body that is not the wanted one decides, whatever the status would leave room for.
    const isWantedBody = holdsInOrder(this.body, receive);
    if (!isWantedBody || !isIn(expectedStatuses, status)) {
      const retriable = isWantedBody && isIn(retriableStatuses, status);
      // Only of a check that fails: an answer that is as it should be is one, whatever it asks for.
      const immediate = headers.has("x-envoy-immediate-health-check-fail");
      return { healthy: false, failure: "ACTIVE", retriable, immediate };
    }
    const verifies = serviceName !== null && this.random.below(100) < this.config.verifyPercent;
    if (verifies && !this.isService(serviceName, headers)) return OTHER_SERVICE;
    return headers.has("x-envoy-degraded") ? DEGRADED : HEALTHY;
  }

  private isService(serviceName: StringMatcherConfig, headers: HeaderMap): boolean {
    this.stats.verifyCluster.inc();
    return compileStringMatcher(serviceName).matches(headers.get("x-envoy-upstream-healthchecked-cluster") ?? "");
  }

  private finish(result: CheckResult): void {
    this.checking = false;
    this.encoder = null;
    this.receiver.onCheckResult(result);
  }

  destroy(): void {
    this.checking = false;
    this.close("health_check_over");
  }
}

function isIn(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some(({ start, end }) => status >= start && status < end);
}
