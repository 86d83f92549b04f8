import type {
  AccessLogFilter,
  AndFilter,
  ComparisonFilter,
  DurationFilter,
  GrpcStatusFilter,
  HeaderFilter,
  LogTypeFilter,
  MetadataFilter,
  NotHealthCheckFilter,
  OrFilter,
  ResponseFlagFilter,
  RuntimeFilter,
  StatusCodeFilter,
  TraceableFilter,
} from "../gen/envoy/config/accesslog/v3/accesslog_pb.js";
import type { FractionalPercent } from "../gen/envoy/type/v3/percent_pb.js";
import type { AccessLogType } from "../http/formatter/log-context.js";
import type { AccessLogFilterConfig, ComparisonConfig } from "../stream-info/access-log-config.js";
import { isResponseFlag } from "../stream-info/response-flag.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertHeaderMatcher, HEADER_MATCHER_FIELDS } from "./header-matcher.js";
import { implemented, type MessageTable, refusedByConverter } from "./implemented-fields.js";
import { convertMetadataMatcher, METADATA_MATCHER_FIELDS } from "./metadata-matcher.js";

const COMPARISON_FIELDS = implemented<ComparisonFilter>("envoy.config.accesslog.v3.ComparisonFilter", {
  op: true,
  // Of the runtime's value and its default, the default holds: nothing overrides it.
  value: true,
});

const NO_FILTER = "a log with it is not written, a mapper of local replies with it is refused";

export const ACCESS_LOG_FILTER_FIELDS: MessageTable = implemented<AccessLogFilter>(
  "envoy.config.accesslog.v3.AccessLogFilter",
  {
    status_code_filter: implemented<StatusCodeFilter>("envoy.config.accesslog.v3.StatusCodeFilter", {
      comparison: COMPARISON_FIELDS,
    }),
    duration_filter: implemented<DurationFilter>("envoy.config.accesslog.v3.DurationFilter", {
      comparison: COMPARISON_FIELDS,
    }),
    not_health_check_filter: implemented<NotHealthCheckFilter>("envoy.config.accesslog.v3.NotHealthCheckFilter", {}),
    response_flag_filter: implemented<ResponseFlagFilter>("envoy.config.accesslog.v3.ResponseFlagFilter", {
      flags: true,
    }),
    and_filter: implemented<AndFilter>("envoy.config.accesslog.v3.AndFilter", {
      filters: () => ACCESS_LOG_FILTER_FIELDS,
    }),
    or_filter: implemented<OrFilter>("envoy.config.accesslog.v3.OrFilter", {
      filters: () => ACCESS_LOG_FILTER_FIELDS,
    }),
    traceable_filter: implemented<TraceableFilter>("envoy.config.accesslog.v3.TraceableFilter", {}),
    runtime_filter: implemented<RuntimeFilter>("envoy.config.accesslog.v3.RuntimeFilter", {
      // Nothing overrides the share that stands beside it.
      runtime_key: true,
      percent_sampled: implemented<FractionalPercent>("envoy.type.v3.FractionalPercent", {
        numerator: true,
        denominator: true,
      }),
      use_independent_randomness: true,
    }),
    header_filter: implemented<HeaderFilter>("envoy.config.accesslog.v3.HeaderFilter", {
      header: HEADER_MATCHER_FIELDS,
    }),
    grpc_status_filter: implemented<GrpcStatusFilter>("envoy.config.accesslog.v3.GrpcStatusFilter", {
      statuses: true,
      exclude: true,
    }),
    log_type_filter: implemented<LogTypeFilter>("envoy.config.accesslog.v3.LogTypeFilter", {
      types: true,
      exclude: true,
    }),
    extension_filter: refusedByConverter(NO_FILTER),
    metadata_filter: implemented<MetadataFilter>("envoy.config.accesslog.v3.MetadataFilter", {
      matcher: METADATA_MATCHER_FIELDS,
      match_if_key_not_found: true,
    }),
  },
);

const COMPARISON_OPS: Readonly<Record<string, ComparisonConfig["op"]>> = { EQ: "eq", GE: "ge", LE: "le", NE: "ne" };

/** The first filter within this one that is an extension, of which there is none; null without one. */
export function extensionFilterIn(message: AccessLogFilter): AccessLogFilter | null {
  const { filterSpecifier: filter } = message;
  if (filter.case === "extensionFilter") return message;
  if (filter.case !== "andFilter" && filter.case !== "orFilter") return null;
  for (const inner of filter.value.filters) {
    const found = extensionFilterIn(inner);
    if (found !== null) return found;
  }
  return null;
}

/** Null with an error for the filters that are not implemented. */
export function convertAccessLogFilter(
  message: AccessLogFilter,
  context: ConversionContext,
): AccessLogFilterConfig | null {
  const { filterSpecifier: filter } = message;
  switch (filter.case) {
    case "statusCodeFilter":
    case "durationFilter": {
      const comparison = convertComparison(filter.value.comparison, context);
      if (comparison === null) return null;
      return { kind: filter.case === "durationFilter" ? "duration" : "statusCode", comparison };
    }
    case "notHealthCheckFilter":
      return { kind: "notHealthCheck" };
    case "traceableFilter":
      context.noEffect(message, filter.case, "no request is traced yet, so nothing passes this filter");
      return { kind: "traceable" };
    case "runtimeFilter":
      return convertSampling(filter.value, context);
    case "headerFilter": {
      const matcher = filter.value.header === undefined ? null : convertHeaderMatcher(filter.value.header, context);
      return matcher === null ? null : { kind: "header", matcher };
    }
    case "grpcStatusFilter":
      return { kind: "grpcStatus", statuses: [...filter.value.statuses], exclude: filter.value.exclude };
    case "logTypeFilter":
      return { kind: "logType", types: filter.value.types.map(logTypeName), exclude: filter.value.exclude };
    case "metadataFilter":
      return convertMetadataFilter(filter.value, context);
    case "responseFlagFilter":
      return convertResponseFlags(filter.value, context);
    case "andFilter":
    case "orFilter": {
      const filters = filter.value.filters.map((inner) => convertAccessLogFilter(inner, context));
      if (filters.includes(null)) return null;
      return { kind: filter.case === "andFilter" ? "and" : "or", filters: filters.filter((inner) => inner !== null) };
    }
    case undefined:
      return null;
    default:
      context.notImplemented(message, filter.case, "this filter of access logs");
      return null;
  }
}

const DENOMINATORS: Readonly<Record<string, number>> = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

/** Without a share nothing is logged, as in Envoy. */
function convertSampling(message: RuntimeFilter, context: ConversionContext): AccessLogFilterConfig | null {
  const { percentSampled, useIndependentRandomness: independentRandomness } = message;
  if (percentSampled === undefined) {
    const text = "has no `percent_sampled`, so nothing passes this filter";
    context.noEffect(message, null, text);
    return { kind: "runtime", numerator: 0, denominator: 100, independentRandomness };
  }
  const denominator = DENOMINATORS[context.enumName(percentSampled, "denominator")];
  if (denominator === undefined) return null;
  return { kind: "runtime", numerator: percentSampled.numerator, denominator, independentRandomness };
}

/** Without a matcher there is nothing to find, and what holds then holds for all. */
function convertMetadataFilter(message: MetadataFilter, context: ConversionContext): AccessLogFilterConfig | null {
  const matchIfNotFound = message.matchIfKeyNotFound ?? true;
  if (message.matcher === undefined) {
    return { kind: "metadata", namespace: "", path: [], value: ANYTHING, invert: false, matchIfNotFound };
  }
  const matcher = convertMetadataMatcher(message.matcher, context);
  return matcher === null ? null : { kind: "metadata", ...matcher, matchIfNotFound };
}

const ANYTHING = { kind: "present", present: true } as const;

/** In the order of `envoy.data.accesslog.v3.AccessLogType`. */
const LOG_TYPES: readonly AccessLogType[] = [
  "NotSet",
  "TcpUpstreamConnected",
  "TcpPeriodic",
  "TcpConnectionEnd",
  "DownstreamStart",
  "DownstreamPeriodic",
  "DownstreamEnd",
  "UpstreamPoolReady",
  "UpstreamPeriodic",
  "UpstreamEnd",
  "DownstreamTunnelSuccessfullyEstablished",
  "UdpTunnelUpstreamConnected",
  "UdpPeriodic",
  "UdpSessionEnd",
];

/** Numbers that the enum does not have break a constraint of the proto and have been reported. */
function logTypeName(type: number): AccessLogType {
  return LOG_TYPES[type] ?? "NotSet";
}

/** No flags is any flag. */
function convertResponseFlags(message: ResponseFlagFilter, context: ConversionContext): AccessLogFilterConfig | null {
  const unknown = message.flags.findIndex((flag) => !isResponseFlag(flag));
  if (unknown === -1) return { kind: "responseFlag", flags: [...message.flags] };
  context.itemError(message, "flags", unknown, `there is no response flag "${message.flags[unknown]}"`);
  return null;
}

function convertComparison(message: ComparisonFilter | undefined, context: ConversionContext): ComparisonConfig | null {
  if (message?.value === undefined) return null;
  const op = COMPARISON_OPS[context.enumName(message, "op")];
  return op === undefined ? null : { op, value: message.value.defaultValue };
}
