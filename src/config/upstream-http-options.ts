import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type {
  HttpProtocolOptions as CommonOptions,
  Http1ProtocolOptions,
} from "../gen/envoy/config/core/v3/protocol_pb.js";
import type {
  HttpProtocolOptions,
  HttpProtocolOptions_ExplicitHttpConfig,
  HttpProtocolOptions_OutlierDetection,
  HttpProtocolOptions_UseDownstreamHttpConfig,
} from "../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import type { ResponsePredicateConfig } from "../http/headers/response-predicate.js";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { CLUSTER_POLICY_FIELDS } from "./cluster-policies.js";
import { DEFAULT_IDLE_TIMEOUT_MS } from "./connection-manager-timeouts.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertHeaderCase, HEADER_CASE_FIELDS } from "./header-case.js";
import { ignored, implemented, type MessageTable, refusedByConverter } from "./implemented-fields.js";
import { convertPoolPolicy } from "./pool-policy-config.js";
import { convertResponsePredicate, RESPONSE_PREDICATE_FIELDS } from "./response-predicate.js";
import { UPSTREAM_OPTIONS_TYPE } from "./upstream-options-type.js";

const DEFAULT_MAX_HEADERS_COUNT = 100;
const DEFAULT_MAX_RESPONSE_HEADERS_KB = 60;

/** Why what is said for newer protocols is not missed where the client's protocol decides. */
const NO_HTTP2_REQUESTS = "requests come in HTTP/1.1 and leave in it";

export const UPSTREAM_COMMON_FIELDS: MessageTable = implemented<CommonOptions>(
  "envoy.config.core.v3.HttpProtocolOptions",
  {
    idle_timeout: true,
    max_headers_count: true,
    max_response_headers_kb: true,
    max_requests_per_connection: true,
    max_connection_duration: true,
    max_stream_duration: true,
  },
);

export const UPSTREAM_HTTP1_FIELDS: MessageTable = implemented<Http1ProtocolOptions>(
  "envoy.config.core.v3.Http1ProtocolOptions",
  {
    enable_trailers: true,
    allow_chunked_length: true,
    header_key_format: HEADER_CASE_FIELDS,
    send_fully_qualified_url: true,
  },
);

export const UPSTREAM_OPTIONS_FIELDS: MessageTable = implemented<HttpProtocolOptions>(UPSTREAM_OPTIONS_TYPE, {
  common_http_protocol_options: UPSTREAM_COMMON_FIELDS,
  explicit_http_config: implemented<HttpProtocolOptions_ExplicitHttpConfig>(
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig",
    {
      http_protocol_options: UPSTREAM_HTTP1_FIELDS,
      http2_protocol_options: refusedByConverter("HTTP/2 to upstream hosts"),
      http3_protocol_options: refusedByConverter("HTTP/3 to upstream hosts"),
    },
  ),
  use_downstream_protocol_config: implemented<HttpProtocolOptions_UseDownstreamHttpConfig>(
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig",
    {
      http_protocol_options: UPSTREAM_HTTP1_FIELDS,
      http2_protocol_options: ignored(NO_HTTP2_REQUESTS),
      http3_protocol_options: ignored(NO_HTTP2_REQUESTS),
    },
  ),
  ...CLUSTER_POLICY_FIELDS,
  outlier_detection: implemented<HttpProtocolOptions_OutlierDetection>(
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection",
    { error_matcher: RESPONSE_PREDICATE_FIELDS },
  ),
  auto_config: refusedByConverter("a choice of protocols for upstream hosts"),
});

type UpstreamLimits = Pick<
  ClusterInfo,
  | "idleTimeoutMs"
  | "maxRequestsPerConnection"
  | "poolPolicy"
  | "maxResponseHeadersKb"
  | "maxHeadersCount"
  | "maxStreamDurationMs"
  | "enableTrailers"
  | "allowChunkedLength"
  | "sendFullyQualifiedUrl"
  | "headerCase"
  | "errorMatcher"
>;

/**
 * HTTP options of a cluster: from `typed_extension_protocol_options`, or from the cluster's own older fields when that
 * is not there (Envoy then ignores those).
 */
export function convertUpstreamHttpOptions(cluster: Cluster, context: ConversionContext): UpstreamLimits {
  const options = findOptions(cluster, context);
  if (options === null) checkOlderProtocol(cluster, context);
  const common = options === null ? cluster.commonHttpProtocolOptions : options.commonHttpProtocolOptions;
  const http1 = options === null ? cluster.httpProtocolOptions : http1OptionsOf(options);
  const idle = common?.idleTimeout;
  return {
    idleTimeoutMs:
      common === undefined
        ? DEFAULT_IDLE_TIMEOUT_MS
        : context.milliseconds(common, "idleTimeout", idle, DEFAULT_IDLE_TIMEOUT_MS),
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? cluster.maxRequestsPerConnection ?? 0,
    poolPolicy: {
      ...convertPoolPolicy(cluster, context),
      maxConnectionDurationMs:
        common === undefined
          ? 0
          : context.milliseconds(common, "maxConnectionDuration", common.maxConnectionDuration, 0),
    },
    maxResponseHeadersKb: common?.maxResponseHeadersKb ?? DEFAULT_MAX_RESPONSE_HEADERS_KB,
    maxStreamDurationMs:
      common === undefined ? 0 : context.milliseconds(common, "maxStreamDuration", common.maxStreamDuration, 0),
    maxHeadersCount: common?.maxHeadersCount ?? DEFAULT_MAX_HEADERS_COUNT,
    enableTrailers: http1?.enableTrailers ?? false,
    allowChunkedLength: http1?.allowChunkedLength ?? false,
    sendFullyQualifiedUrl: http1?.sendFullyQualifiedUrl ?? false,
    headerCase: convertHeaderCase(http1, context),
    errorMatcher: convertErrorMatcher(options, context),
  };
}

/** `http2_protocol_options` asks for HTTP/2, unless `protocol_selection` leaves the choice to the client. */
function checkOlderProtocol(cluster: Cluster, context: ConversionContext): void {
  if (cluster.http2ProtocolOptions === undefined) return;
  if (context.enumName(cluster, "protocolSelection") === "USE_DOWNSTREAM_PROTOCOL") {
    context.noEffect(cluster, "http2ProtocolOptions", `has no effect: ${NO_HTTP2_REQUESTS}`);
  } else {
    context.notImplemented(cluster, "http2ProtocolOptions", "HTTP/2 to upstream hosts");
  }
}

/** What counts as an error for outlier detection; null for what HTTP and gRPC say. */
function convertErrorMatcher(
  options: HttpProtocolOptions | null,
  context: ConversionContext,
): ResponsePredicateConfig | null {
  const matcher = options?.outlierDetection?.errorMatcher;
  return matcher === undefined ? null : convertResponsePredicate(matcher, context);
}

/** The entry of that type, whose key is its name too. */
function findOptions(cluster: Cluster, context: ConversionContext): HttpProtocolOptions | null {
  let found: HttpProtocolOptions | null = null;
  for (const [key, any] of Object.entries(cluster.typedExtensionProtocolOptions)) {
    const unpacked = context.unpack(any);
    if (unpacked === null) continue;
    if (unpacked.desc.typeName === UPSTREAM_OPTIONS_TYPE) {
      found = unpacked.message as HttpProtocolOptions;
      if (key !== UPSTREAM_OPTIONS_TYPE) {
        const text = `the key of ${UPSTREAM_OPTIONS_TYPE} is its name, not "${key}"`;
        context.itemError(cluster, "typedExtensionProtocolOptions", key, text);
      }
    } else {
      context.notImplemented(any, null, `\`${unpacked.desc.typeName}\``);
    }
  }
  if (found !== null) checkProtocol(found, context);
  return found;
}

function http1OptionsOf(options: HttpProtocolOptions): Http1ProtocolOptions | undefined {
  const { upstreamProtocolOptions: protocol } = options;
  if (protocol.case === "useDownstreamProtocolConfig") return protocol.value.httpProtocolOptions;
  const config = protocol.case === "explicitHttpConfig" ? protocol.value.protocolConfig : undefined;
  return config?.case === "httpProtocolOptions" ? config.value : undefined;
}

/** Upstream hosts are spoken to in HTTP/1.1 only, which is also what the protocol of any request is. */
function checkProtocol(options: HttpProtocolOptions, context: ConversionContext): void {
  const { upstreamProtocolOptions: protocol } = options;
  switch (protocol.case) {
    case "explicitHttpConfig": {
      const { protocolConfig } = protocol.value;
      if (protocolConfig.case === "http2ProtocolOptions") {
        context.notImplemented(protocol.value, protocolConfig.case, "HTTP/2 to upstream hosts");
      }
      if (protocolConfig.case === "http3ProtocolOptions") {
        context.notImplemented(protocol.value, protocolConfig.case, "HTTP/3 to upstream hosts");
      }
      return;
    }
    case "autoConfig":
      context.notImplemented(options, protocol.case, "choosing the protocol for upstream hosts");
      return;
    case "useDownstreamProtocolConfig":
    case undefined:
      return;
  }
}
