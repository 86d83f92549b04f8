import type { RegexMatcher, RegexMatcher_GoogleRE2 } from "../gen/envoy/type/matcher/v3/regex_pb.js";
import type { StringMatcher } from "../gen/envoy/type/matcher/v3/string_pb.js";
import type {
  RegexMatcher_GoogleRE2 as XdsGoogleRE2,
  RegexMatcher as XdsRegexMatcher,
} from "../gen/xds/type/matcher/v3/regex_pb.js";
import type { StringMatcher as XdsStringMatcher } from "../gen/xds/type/matcher/v3/string_pb.js";
import { type RegexFault, regexFault } from "../matching/safe-regex.js";
import type { StringMatcherConfig } from "../matching/string-matcher-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable, refusedByConverter } from "./implemented-fields.js";

export const REGEX_FIELDS: MessageTable = implemented<RegexMatcher>("envoy.type.matcher.v3.RegexMatcher", {
  // The only engine there is. Its deprecated limit of complexity has no effect: time is linear without it.
  google_re2: implemented<RegexMatcher_GoogleRE2>("envoy.type.matcher.v3.RegexMatcher.GoogleRE2", {}),
  regex: true,
});

export const STRING_MATCHER_FIELDS: MessageTable = implemented<StringMatcher>("envoy.type.matcher.v3.StringMatcher", {
  exact: true,
  prefix: true,
  suffix: true,
  safe_regex: REGEX_FIELDS,
  contains: true,
  custom: refusedByConverter("extensions that match strings are not implemented"),
  ignore_case: true,
});

/** The same message under the name that generic matchers know it by. */
export const XDS_STRING_MATCHER_FIELDS: MessageTable = implemented<XdsStringMatcher>(
  "xds.type.matcher.v3.StringMatcher",
  {
    exact: true,
    prefix: true,
    suffix: true,
    safe_regex: implemented<XdsRegexMatcher>("xds.type.matcher.v3.RegexMatcher", {
      google_re2: implemented<XdsGoogleRE2>("xds.type.matcher.v3.RegexMatcher.GoogleRE2", {}),
      regex: true,
    }),
    contains: true,
    ignore_case: true,
  },
);

/** The pattern, null with an error when it is none or is missing. */
export function convertRegex(message: RegexMatcher | XdsRegexMatcher, context: ConversionContext): string | null {
  // Required by the proto's own constraints.
  if (message.regex === "") return null;
  const fault = regexFault(message.regex);
  if (fault === null) return message.regex;
  context.error(message, "regex", faultText(message.regex, fault), faultHint(fault));
  return null;
}

/** `envoy.type.matcher.v3.StringMatcher`; null with an error when it cannot be used. */
export function convertStringMatcher(
  message: StringMatcher | XdsStringMatcher,
  context: ConversionContext,
): StringMatcherConfig | null {
  const { matchPattern: pattern, ignoreCase } = message;
  switch (pattern.case) {
    case "exact":
    case "prefix":
    case "suffix":
    case "contains":
      return { kind: pattern.case, value: pattern.value, ignoreCase };
    case "safeRegex": {
      const value = convertRegex(pattern.value, context);
      return value === null ? null : { kind: "regex", value, ignoreCase: false };
    }
    case "custom":
      context.notImplemented(message as StringMatcher, "custom", "an extension that matches strings");
      return null;
    case undefined:
      // Required by the proto's own constraints.
      return null;
  }
}

export function faultText(pattern: string, fault: RegexFault): string {
  const where =
    fault.offset === -1 ? "" : ` at character ${fault.offset + 1}, before ${excerpt(pattern, fault.offset)}`;
  return `${JSON.stringify(pattern)} is no regular expression of RE2: ${fault.reason}${where}`;
}

const EXCERPT_LENGTH = 20;

function excerpt(pattern: string, offset: number): string {
  const rest = pattern.slice(offset, offset + EXCERPT_LENGTH);
  return `\`${rest}${pattern.length > offset + EXCERPT_LENGTH ? "..." : ""}\``;
}

function faultHint(fault: RegexFault): string {
  if (!fault.reason.includes("Perl syntax") && !fault.reason.includes("escape sequence")) return "";
  return "RE2 has no lookahead, lookbehind and back references: https://github.com/google/re2/wiki/Syntax";
}
