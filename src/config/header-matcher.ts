import type { HeaderMatcher } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { Int64Range } from "../gen/envoy/type/v3/range_pb.js";
import type {
  HeaderMatcherConfig,
  HeaderValueMatchConfig,
  StringMatcherConfig,
} from "../matching/string-matcher-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { headerKey } from "./header-key.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertRegex, convertStringMatcher, REGEX_FIELDS, STRING_MATCHER_FIELDS } from "./string-matcher.js";

export const HEADER_MATCHER_FIELDS: MessageTable = implemented<HeaderMatcher>("envoy.config.route.v3.HeaderMatcher", {
  name: true,
  exact_match: true,
  safe_regex_match: REGEX_FIELDS,
  range_match: implemented<Int64Range>("envoy.type.v3.Int64Range", { start: true, end: true }),
  present_match: true,
  prefix_match: true,
  suffix_match: true,
  contains_match: true,
  string_match: STRING_MATCHER_FIELDS,
  invert_match: true,
  treat_missing_header_as_empty: true,
});

const PSEUDO_HEADERS: ReadonlySet<string> = new Set([
  ":method",
  ":path",
  ":authority",
  ":scheme",
  ":status",
  ":protocol",
]);

/** Those that can be used; null with errors for the others, so that no condition gets lost. */
export function convertHeaderMatchers(
  messages: readonly HeaderMatcher[],
  context: ConversionContext,
): HeaderMatcherConfig[] | null {
  const converted = messages.map((message) => convertHeaderMatcher(message, context));
  const usable = converted.filter((config) => config !== null);
  return usable.length === converted.length ? usable : null;
}

/** `envoy.config.route.v3.HeaderMatcher`; null with an error when it cannot be used. */
export function convertHeaderMatcher(message: HeaderMatcher, context: ConversionContext): HeaderMatcherConfig | null {
  const name = headerKey(message.name);
  if (name.startsWith(":") && !PSEUDO_HEADERS.has(name)) {
    const hint = `pseudo-headers are ${[...PSEUDO_HEADERS].map((known) => `\`${known}\``).join(", ")}`;
    context.noEffect(message, "name", `there is no pseudo-header "${message.name}": it is always missing`, hint);
  }
  const value = convertValueMatch(message, context);
  if (value === null) return null;
  return {
    name,
    value,
    invert: message.invertMatch,
    treatMissingAsEmpty: message.treatMissingHeaderAsEmpty,
  };
}

function convertValueMatch(message: HeaderMatcher, context: ConversionContext): HeaderValueMatchConfig | null {
  const { headerMatchSpecifier: match } = message;
  switch (match.case) {
    case "exactMatch":
      // Envoy takes an empty value for any that is there.
      return match.value === "" ? plain("prefix", "") : plain("exact", match.value);
    case "prefixMatch":
      return plain("prefix", match.value);
    case "suffixMatch":
      return plain("suffix", match.value);
    case "containsMatch":
      return plain("contains", match.value);
    case "safeRegexMatch": {
      const pattern = convertRegex(match.value, context);
      return pattern === null ? null : plain("regex", pattern);
    }
    case "rangeMatch":
      return convertRange(match.value, context);
    case "presentMatch":
      return { kind: "present", present: match.value };
    case "stringMatch": {
      const matcher = convertStringMatcher(match.value, context);
      return matcher === null ? null : { kind: "string", matcher };
    }
    case undefined:
      return { kind: "present", present: true };
  }
}

function plain(kind: StringMatcherConfig["kind"], value: string): HeaderValueMatchConfig {
  return { kind: "string", matcher: { kind, value, ignoreCase: false } };
}

function convertRange(range: Int64Range, context: ConversionContext): HeaderValueMatchConfig | null {
  const { start, end } = range;
  if (start < end) return { kind: "range", start, end };
  context.noEffect(range, null, `no number is from ${start} to before ${end}: this header can never match`);
  return { kind: "range", start, end };
}
