import type {
  HttpConnectionManager,
  HttpConnectionManager_HcmAccessLogOptions,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented } from "./implemented-fields.js";

export const ACCESS_LOG_OPTION_FIELDS = implemented<HttpConnectionManager_HcmAccessLogOptions>(
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions",
  {
    access_log_flush_interval: true,
    flush_access_log_on_new_request: true,
    flush_log_on_tunnel_successfully_established: true,
  },
);

type AccessLogOptions = Pick<
  ConnectionManagerConfig,
  "flushAccessLogOnNewRequest" | "flushAccessLogOnTunnel" | "accessLogFlushIntervalMs"
>;

/** When a connection manager logs besides at the end; two older fields count where the message is not there. */
export function convertAccessLogOptions(message: HttpConnectionManager, context: ConversionContext): AccessLogOptions {
  const { accessLogOptions: options } = message;
  if (options === undefined) {
    const { accessLogFlushInterval: interval, flushAccessLogOnNewRequest } = message;
    const accessLogFlushIntervalMs = context.milliseconds(message, "accessLogFlushInterval", interval, 0);
    return { flushAccessLogOnNewRequest, flushAccessLogOnTunnel: false, accessLogFlushIntervalMs };
  }
  for (const field of ["accessLogFlushInterval", "flushAccessLogOnNewRequest"] as const) {
    if (message[field] === undefined || message[field] === false) continue;
    context.error(message, field, "is the older form of what `access_log_options` says", "set it there alone");
  }
  return {
    flushAccessLogOnNewRequest: options.flushAccessLogOnNewRequest,
    flushAccessLogOnTunnel: options.flushLogOnTunnelSuccessfullyEstablished,
    accessLogFlushIntervalMs: context.milliseconds(
      options,
      "accessLogFlushInterval",
      options.accessLogFlushInterval,
      0,
    ),
  };
}
