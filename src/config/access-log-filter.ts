import type {
  AccessLogFilter,
  AndFilter,
  ComparisonFilter,
  DurationFilter,
  NotHealthCheckFilter,
  OrFilter,
  ResponseFlagFilter,
  StatusCodeFilter,
} from "../gen/envoy/config/accesslog/v3/accesslog_pb.js";
import type { AccessLogFilterConfig, ComparisonConfig } from "../stream-info/access-log-config.js";
import { isResponseFlag } from "../stream-info/response-flag.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

const COMPARISON_FIELDS = implemented<ComparisonFilter>("envoy.config.accesslog.v3.ComparisonFilter", {
  op: true,
  // Of the runtime's value and its default, the default holds: nothing overrides it.
  value: true,
});

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
    // The converter refuses these: without its filter a log would have lines that nobody asked for.
    traceable_filter: true,
    runtime_filter: true,
    header_filter: true,
    grpc_status_filter: true,
    extension_filter: true,
    metadata_filter: true,
    log_type_filter: true,
  },
);

const COMPARISON_OPS: Readonly<Record<string, ComparisonConfig["op"]>> = { EQ: "eq", GE: "ge", LE: "le", NE: "ne" };

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
