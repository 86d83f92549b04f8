import type { TypedExtensionConfig } from "../gen/envoy/config/core/v3/extension_pb.js";
import type {
  HealthCheck,
  HealthCheck_HttpHealthCheck,
  HealthCheck_Payload,
  HealthCheck_TcpHealthCheck,
} from "../gen/envoy/config/core/v3/health_check_pb.js";
import type { Endpoint_HealthCheckConfig } from "../gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import type { HealthCheckEventFileSink } from "../gen/envoy/extensions/health_check/event_sinks/file/v3/file_pb.js";
import type { Int64Range } from "../gen/envoy/type/v3/range_pb.js";
import type { Address } from "../network/address.js";
import type {
  EndpointHealthCheck,
  HealthCheckConfig,
  HttpCheckConfig,
  StatusRange,
  TcpCheckConfig,
} from "../upstream/health-check-config.js";
import { ADDRESS_FIELDS, convertAddress } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertHeaderRules, convertRemovedHeaders, HEADER_RULE_FIELDS } from "./header-rules.js";
import { extensions, implemented, type MessageTable, refused, values } from "./implemented-fields.js";
import { convertStringMatcher, STRING_MATCHER_FIELDS } from "./string-matcher.js";

const PAYLOAD_FIELDS = implemented<HealthCheck_Payload>("envoy.config.core.v3.HealthCheck.Payload", {
  text: true,
  binary: true,
});

const RANGE_FIELDS = implemented<Int64Range>("envoy.type.v3.Int64Range", { start: true, end: true });

const FILE_SINK_FIELDS = implemented<HealthCheckEventFileSink>(
  "envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink",
  { event_log_path: true },
);

/** What checks are made with; the others come with HTTP/2. */
const CODEC = "HTTP1";

const NOT_YET = "the cluster's hosts would be used unchecked";

export const HEALTH_CHECK_FIELDS: MessageTable = implemented<HealthCheck>("envoy.config.core.v3.HealthCheck", {
  timeout: true,
  interval: true,
  initial_jitter: true,
  interval_jitter: true,
  interval_jitter_percent: true,
  unhealthy_threshold: true,
  healthy_threshold: true,
  alt_port: true,
  reuse_connection: true,
  transport_socket_match_criteria: true,
  http_health_check: implemented<HealthCheck_HttpHealthCheck>("envoy.config.core.v3.HealthCheck.HttpHealthCheck", {
    host: true,
    path: true,
    send: PAYLOAD_FIELDS,
    receive: PAYLOAD_FIELDS,
    response_buffer_size: true,
    request_headers_to_add: HEADER_RULE_FIELDS,
    request_headers_to_remove: true,
    expected_statuses: RANGE_FIELDS,
    retriable_statuses: RANGE_FIELDS,
    codec_client_type: values(() => [CODEC]),
    service_name_matcher: STRING_MATCHER_FIELDS,
    method: true,
  }),
  tcp_health_check: implemented<HealthCheck_TcpHealthCheck>("envoy.config.core.v3.HealthCheck.TcpHealthCheck", {
    send: PAYLOAD_FIELDS,
    receive: PAYLOAD_FIELDS,
  }),
  grpc_health_check: refused(`gRPC needs HTTP/2; ${NOT_YET}`),
  custom_health_check: refused(NOT_YET),
  no_traffic_interval: true,
  no_traffic_healthy_interval: true,
  unhealthy_interval: true,
  unhealthy_edge_interval: true,
  healthy_edge_interval: true,
  event_log_path: true,
  event_logger: implemented<TypedExtensionConfig>("envoy.config.core.v3.TypedExtensionConfig", {
    name: true,
    typed_config: extensions(() => [FILE_SINK_FIELDS]),
  }),
  always_log_health_check_failures: true,
  always_log_health_check_success: true,
});

export const ENDPOINT_HEALTH_CHECK_FIELDS: MessageTable = implemented<Endpoint_HealthCheckConfig>(
  "envoy.config.endpoint.v3.Endpoint.HealthCheckConfig",
  { port_value: true, hostname: true, address: ADDRESS_FIELDS, disable_active_health_check: true },
);

const DEFAULT_NO_TRAFFIC_MS = 60_000;
const DEFAULT_RESPONSE_BUFFER_BYTES = 1024;
const OK_STATUS = 200;
const METHODS_WITH_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "OPTIONS"]);

/** `envoy.config.core.v3.HealthCheck`; null when what it does is not implemented, which has been reported. */
export function convertHealthCheck(message: HealthCheck, context: ConversionContext): HealthCheckConfig | null {
  const check = convertCheck(message, context);
  if (check === null) return null;
  const normalMs = context.milliseconds(message, "interval", message.interval, 0);
  const unhealthyMs = context.milliseconds(message, "unhealthyInterval", message.unhealthyInterval, normalMs);
  const noTrafficMs = context.milliseconds(
    message,
    "noTrafficInterval",
    message.noTrafficInterval,
    DEFAULT_NO_TRAFFIC_MS,
  );
  const { noTrafficHealthyInterval, unhealthyEdgeInterval, healthyEdgeInterval } = message;
  return {
    timeoutMs: context.milliseconds(message, "timeout", message.timeout, 0),
    intervals: {
      normalMs,
      initialJitterMs: context.milliseconds(message, "initialJitter", message.initialJitter, 0),
      jitterMs: context.milliseconds(message, "intervalJitter", message.intervalJitter, 0),
      jitterPercent: message.intervalJitterPercent,
      noTrafficMs,
      noTrafficHealthyMs: context.milliseconds(
        message,
        "noTrafficHealthyInterval",
        noTrafficHealthyInterval,
        noTrafficMs,
      ),
      unhealthyMs,
      unhealthyEdgeMs: context.milliseconds(message, "unhealthyEdgeInterval", unhealthyEdgeInterval, unhealthyMs),
      healthyEdgeMs: context.milliseconds(message, "healthyEdgeInterval", healthyEdgeInterval, normalMs),
      minMs: 0,
      maxMs: Number.POSITIVE_INFINITY,
    },
    healthyThreshold: message.healthyThreshold ?? 1,
    unhealthyThreshold: message.unhealthyThreshold ?? 1,
    altPort: message.altPort ?? 0,
    reuseConnection: message.reuseConnection ?? true,
    eventLogPaths: eventLogPaths(message, context),
    logsAllFailures: message.alwaysLogHealthCheckFailures,
    logsAllSuccesses: message.alwaysLogHealthCheckSuccess,
    check,
  };
}

/** `Endpoint.health_check_config` */
export function convertEndpointHealthCheck(
  message: Endpoint_HealthCheckConfig,
  endpointAddress: Address,
  context: ConversionContext,
): EndpointHealthCheck {
  const { portValue: port, hostname, disableActiveHealthCheck: disabled } = message;
  const address = message.address === undefined ? null : convertAddress(message.address, context, "ipOnly");
  if (port !== 0 && (address ?? endpointAddress).kind === "pipe") {
    context.error(message, "portValue", "a pipe has no port");
  }
  if (message.address !== undefined && address?.kind === "ip" && address.port === 0 && port === 0) {
    context.error(message.address, "socketAddress", "a check needs a port; 0 is none");
  }
  return { address, port, hostname, disabled };
}

function convertCheck(message: HealthCheck, context: ConversionContext): HealthCheckConfig["check"] | null {
  const { healthChecker } = message;
  switch (healthChecker.case) {
    case "httpHealthCheck":
      return convertHttp(healthChecker.value, context);
    case "tcpHealthCheck":
      return convertTcp(healthChecker.value, context);
    default:
      // The table refuses the others; a missing one breaks a constraint of the proto.
      return null;
  }
}

function convertHttp(message: HealthCheck_HttpHealthCheck, context: ConversionContext): HttpCheckConfig | null {
  const { serviceNameMatcher, expectedStatuses } = message;
  const serviceName = serviceNameMatcher === undefined ? null : convertStringMatcher(serviceNameMatcher, context);
  const receive = payloads(message.receive, context);
  const send = message.send === undefined ? "" : payload(message.send, context);
  const method = context.enumName(message, "method");
  const codec = context.enumName(message, "codecClientType");
  if (codec !== CODEC) context.notImplemented(message, "codecClientType", `a health check over ${codec}`);
  if (method === "CONNECT") context.error(message, "method", "CONNECT cannot check a host");
  if (send !== null && send !== "" && !METHODS_WITH_BODY.has(method)) {
    context.error(message, "send", "needs a `method` whose requests have a body: POST, PUT, PATCH or OPTIONS");
  }
  const responseBufferBytes = Number(message.responseBufferSize ?? DEFAULT_RESPONSE_BUFFER_BYTES);
  const wantedBytes = receive?.join("").length ?? 0;
  if (responseBufferBytes > 0 && wantedBytes > responseBufferBytes) {
    const text = `cannot be found: it has ${wantedBytes} bytes, and \`response_buffer_size\` is ${responseBufferBytes}`;
    context.error(message, "receive", text);
  }
  if (receive === null || send === null || (serviceName === null && serviceNameMatcher !== undefined)) return null;
  const expected = ranges(message, "expectedStatuses", expectedStatuses, context);
  return {
    kind: "http",
    method: method === "METHOD_UNSPECIFIED" ? "GET" : method,
    path: message.path,
    host: message.host,
    headersToAdd: convertHeaderRules(message.requestHeadersToAdd, context),
    headersToRemove: convertRemovedHeaders(message, "requestHeadersToRemove", message.requestHeadersToRemove, context),
    expectedStatuses: expected.length === 0 ? [{ start: OK_STATUS, end: OK_STATUS + 1 }] : expected,
    retriableStatuses: ranges(message, "retriableStatuses", message.retriableStatuses, context),
    serviceName,
    verifyPercent: 100,
    send,
    receive,
    responseBufferBytes,
  };
}

/** Statuses that HTTP has. */
const FIRST_STATUS = 100;
const AFTER_LAST_STATUS = 600;

function ranges(
  owner: HealthCheck_HttpHealthCheck,
  field: "expectedStatuses" | "retriableStatuses",
  messages: readonly Int64Range[],
  context: ConversionContext,
): StatusRange[] {
  return messages.map((message, index) => {
    const [start, end] = [Number(message.start), Number(message.end)];
    if (start >= end) context.itemError(owner, field, index, `no status is from ${start} to before ${end}`);
    else if (start < FIRST_STATUS || end > AFTER_LAST_STATUS) {
      context.itemError(owner, field, index, `statuses go from ${FIRST_STATUS} to before ${AFTER_LAST_STATUS}`);
    }
    return { start, end };
  });
}

function convertTcp(message: HealthCheck_TcpHealthCheck, context: ConversionContext): TcpCheckConfig | null {
  const receive = payloads(message.receive, context);
  const send = message.send === undefined ? "" : payload(message.send, context);
  return receive === null || send === null ? null : { kind: "tcp", send, receive };
}

function payloads(messages: readonly HealthCheck_Payload[], context: ConversionContext): string[] | null {
  const texts = messages.map((message) => payload(message, context));
  const usable = texts.filter((text) => text !== null);
  return usable.length === texts.length ? usable : null;
}

const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** Bytes as latin1: hex digits in `text`, as they are in `binary`. */
function payload(message: HealthCheck_Payload, context: ConversionContext): string | null {
  switch (message.payload.case) {
    case "text":
      if (HEX.test(message.payload.value)) return Buffer.from(message.payload.value, "hex").toString("latin1");
      context.error(message, "payload", "must be bytes as hex digits, like `000000FF`", "`text` is not plain text");
      return null;
    case "binary":
      return Buffer.from(message.payload.value).toString("latin1");
    case undefined:
      return null;
  }
}

function eventLogPaths(message: HealthCheck, context: ConversionContext): string[] {
  const paths = message.eventLogPath === "" ? [] : [message.eventLogPath];
  for (const { typedConfig } of message.eventLogger) {
    const unpacked = typedConfig === undefined ? null : context.unpack(typedConfig);
    if (unpacked === null) continue;
    if (unpacked.desc.typeName === FILE_SINK_FIELDS.typeName) {
      paths.push((unpacked.message as HealthCheckEventFileSink).eventLogPath);
    } else context.noEffect(message, "eventLogger", `\`${unpacked.desc.typeName}\` is not implemented by Sluice yet`);
  }
  return paths;
}
