import type {
  CookieMatcher,
  QueryParameterMatcher,
  RouteMatch,
  RouteMatch_ConnectMatcher,
  RouteMatch_GrpcRouteMatchOptions,
  RouteMatch_TlsContextMatchOptions,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { UriTemplateMatchConfig } from "../gen/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb.js";
import type { FilterStateMatcher } from "../gen/envoy/type/matcher/v3/filter_state_pb.js";
import type {
  CookieMatchConfig,
  FilterStateMatchConfig,
  PathMatchConfig,
  QueryParameterMatchConfig,
  RouteMatchConfig,
} from "../route/route-config.js";
import { parseUriTemplate } from "../route/uri-template.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedExtension, type Extension, extension, typedExtensionFields } from "./extension.js";
import { convertHeaderMatchers, HEADER_MATCHER_FIELDS } from "./header-matcher.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertMetadataMatcher, METADATA_MATCHER_FIELDS } from "./metadata-matcher.js";
import { convertRuntimeFraction, RUNTIME_FRACTION_FIELDS } from "./runtime-fraction.js";
import { convertRegex, convertStringMatcher, REGEX_FIELDS, STRING_MATCHER_FIELDS } from "./string-matcher.js";

const PATH_MATCH_POLICIES: readonly Extension<PathMatchConfig>[] = [
  extension<UriTemplateMatchConfig, PathMatchConfig>(
    "envoy.path.match.uri_template.uri_template_matcher",
    implemented<UriTemplateMatchConfig>("envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig", {
      path_template: true,
    }),
    convertUriTemplate,
  ),
];

const QUERY_PARAMETER_FIELDS = implemented<QueryParameterMatcher>("envoy.config.route.v3.QueryParameterMatcher", {
  name: true,
  string_match: STRING_MATCHER_FIELDS,
  present_match: true,
});

export const ROUTE_MATCH_FIELDS: MessageTable = implemented<RouteMatch>("envoy.config.route.v3.RouteMatch", {
  prefix: true,
  path: true,
  path_separated_prefix: true,
  safe_regex: REGEX_FIELDS,
  connect_matcher: implemented<RouteMatch_ConnectMatcher>("envoy.config.route.v3.RouteMatch.ConnectMatcher", {}),
  path_match_policy: typedExtensionFields(() => PATH_MATCH_POLICIES.map(({ table }) => table)),
  case_sensitive: true,
  runtime_fraction: RUNTIME_FRACTION_FIELDS,
  headers: HEADER_MATCHER_FIELDS,
  query_parameters: QUERY_PARAMETER_FIELDS,
  grpc: implemented<RouteMatch_GrpcRouteMatchOptions>("envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions", {}),
  tls_context: implemented<RouteMatch_TlsContextMatchOptions>(
    "envoy.config.route.v3.RouteMatch.TlsContextMatchOptions",
    { presented: true, validated: true },
  ),
  dynamic_metadata: METADATA_MATCHER_FIELDS,
  cookies: implemented<CookieMatcher>("envoy.config.route.v3.CookieMatcher", {
    name: true,
    string_match: STRING_MATCHER_FIELDS,
    invert_match: true,
  }),
  filter_state: implemented<FilterStateMatcher>("envoy.type.matcher.v3.FilterStateMatcher", {
    key: true,
    string_match: STRING_MATCHER_FIELDS,
  }),
});

/** The conditions of a route; null with an error when one of them cannot be used. */
export function convertRouteMatch(message: RouteMatch, context: ConversionContext): RouteMatchConfig | null {
  const path = convertPath(message, context);
  const headers = convertHeaderMatchers(message.headers, context);
  const queryParameters = message.queryParameters.map((parameter) => convertQueryParameter(parameter, context));
  const dynamicMetadata = message.dynamicMetadata.map((metadata) => convertMetadataMatcher(metadata, context));
  const filterState = message.filterState.map((state) => convertFilterState(state, context));
  const cookies = message.cookies.map((cookie) => convertCookie(cookie, context));
  const { runtimeFraction, tlsContext } = message;
  if (path === null || headers === null) return null;
  return {
    path,
    caseSensitive: message.caseSensitive ?? true,
    runtimeFraction: runtimeFraction === undefined ? null : convertRuntimeFraction(runtimeFraction, context),
    grpc: message.grpc !== undefined,
    headers,
    // What is left out here has reported an error.
    queryParameters: queryParameters.filter((parameter) => parameter !== null),
    tlsContext:
      tlsContext === undefined
        ? null
        : { presented: tlsContext.presented ?? null, validated: tlsContext.validated ?? null },
    dynamicMetadata: dynamicMetadata.filter((metadata) => metadata !== null),
    filterState: filterState.filter((state) => state !== null),
    cookies: cookies.filter((cookie) => cookie !== null),
  };
}

function convertPath(message: RouteMatch, context: ConversionContext): PathMatchConfig | null {
  const { pathSpecifier: path } = message;
  switch (path.case) {
    case "prefix":
    case "path":
    case "pathSeparatedPrefix":
      // `*` is the path of OPTIONS for the server as a whole.
      if (/^[^/*]/.test(path.value)) {
        context.noEffect(message, path.case, `no request matches "${path.value}": paths begin with \`/\``);
      }
      return { kind: path.case, value: path.value };
    case "safeRegex": {
      const pattern = convertRegex(path.value, context);
      return pattern === null ? null : { kind: "regex", value: pattern };
    }
    case "connectMatcher":
      return { kind: "connect", value: "" };
    case "pathMatchPolicy":
      return convertTypedExtension(context, path.value, "path match policy", PATH_MATCH_POLICIES);
    case undefined:
      // Required by the proto's own constraints.
      return null;
  }
}

function convertUriTemplate(message: UriTemplateMatchConfig, context: ConversionContext): PathMatchConfig | null {
  const template = parseUriTemplate(message.pathTemplate);
  if (typeof template !== "string") return { kind: "uriTemplate", value: message.pathTemplate };
  context.error(message, "pathTemplate", template);
  return null;
}

/** Without a specifier it is about presence. */
function convertQueryParameter(
  message: QueryParameterMatcher,
  context: ConversionContext,
): QueryParameterMatchConfig | null {
  const { name, queryParameterMatchSpecifier: match } = message;
  if (match.case !== "stringMatch") return { name, value: { kind: "present", present: match.value ?? true } };
  const matcher = convertStringMatcher(match.value, context);
  return matcher === null ? null : { name, value: { kind: "string", matcher } };
}

function convertFilterState(message: FilterStateMatcher, context: ConversionContext): FilterStateMatchConfig | null {
  // Its absence breaks a constraint of the proto and has been reported.
  if (message.matcher.case === undefined) return null;
  if (message.matcher.case === "addressMatch") {
    context.notImplemented(message, "addressMatch", "a condition on addresses in filter state");
    return null;
  }
  const matcher = convertStringMatcher(message.matcher.value, context);
  return matcher === null ? null : { key: message.key, matcher };
}

function convertCookie(message: CookieMatcher, context: ConversionContext): CookieMatchConfig | null {
  // Its absence breaks a constraint of the proto and has been reported.
  if (message.stringMatch === undefined) return null;
  const matcher = convertStringMatcher(message.stringMatch, context);
  return matcher === null ? null : { name: message.name, matcher, invert: message.invertMatch };
}
