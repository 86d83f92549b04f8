import type { HttpConnectionManager } from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import type { ConversionContext } from "./conversion-context.js";

type Timeouts = Pick<
  ConnectionManagerConfig,
  | "idleTimeoutMs"
  | "maxConnectionDurationMs"
  | "maxStreamDurationMs"
  | "streamIdleTimeoutMs"
  | "requestTimeoutMs"
  | "requestHeadersTimeoutMs"
  | "drainTimeoutMs"
  | "delayedCloseTimeoutMs"
>;

/** One hour: `common_http_protocol_options.idle_timeout`, both sides of the proxy. */
export const DEFAULT_IDLE_TIMEOUT_MS = 3_600_000;
const DEFAULT_STREAM_IDLE_TIMEOUT_MS = 300_000;
const DEFAULT_DRAIN_TIMEOUT_MS = 5_000;
const DEFAULT_DELAYED_CLOSE_TIMEOUT_MS = 1_000;

/** The timeouts of a connection manager; 0 is off, which is also the default of those without one. */
export function convertTimeouts(message: HttpConnectionManager, context: ConversionContext): Timeouts {
  const common = message.commonHttpProtocolOptions;
  const ms = context.milliseconds.bind(context);
  return {
    idleTimeoutMs:
      common === undefined
        ? DEFAULT_IDLE_TIMEOUT_MS
        : ms(common, "idleTimeout", common.idleTimeout, DEFAULT_IDLE_TIMEOUT_MS),
    maxConnectionDurationMs:
      common === undefined ? 0 : ms(common, "maxConnectionDuration", common.maxConnectionDuration, 0),
    maxStreamDurationMs: common === undefined ? 0 : ms(common, "maxStreamDuration", common.maxStreamDuration, 0),
    streamIdleTimeoutMs: ms(message, "streamIdleTimeout", message.streamIdleTimeout, DEFAULT_STREAM_IDLE_TIMEOUT_MS),
    requestTimeoutMs: ms(message, "requestTimeout", message.requestTimeout, 0),
    requestHeadersTimeoutMs: ms(message, "requestHeadersTimeout", message.requestHeadersTimeout, 0),
    drainTimeoutMs: ms(message, "drainTimeout", message.drainTimeout, DEFAULT_DRAIN_TIMEOUT_MS),
    delayedCloseTimeoutMs: ms(
      message,
      "delayedCloseTimeout",
      message.delayedCloseTimeout,
      DEFAULT_DELAYED_CLOSE_TIMEOUT_MS,
    ),
  };
}
