import type { RegexMatchAndSubstitute } from "../gen/envoy/type/matcher/v3/regex_pb.js";
import type { RegexSubstitutionConfig } from "../route/path-rewrite-config.js";
import { regexGroupCount, substitutionFault } from "../route/regex-substitution.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertRegex, REGEX_FIELDS } from "./string-matcher.js";

export const REGEX_SUBSTITUTION_FIELDS: MessageTable = implemented<RegexMatchAndSubstitute>(
  "envoy.type.matcher.v3.RegexMatchAndSubstitute",
  { pattern: REGEX_FIELDS, substitution: true },
);

/** A pattern with what takes the place of its matches; null with an error when one of them cannot be used. */
export function convertRegexSubstitution(
  message: RegexMatchAndSubstitute,
  context: ConversionContext,
): RegexSubstitutionConfig | null {
  // Required by the proto's own constraints.
  if (message.pattern === undefined) return null;
  const pattern = convertRegex(message.pattern, context);
  if (pattern === null) return null;
  const fault = substitutionFault(message.substitution, regexGroupCount(pattern));
  if (fault === null) return { pattern, substitution: message.substitution };
  context.error(message, "substitution", fault);
  return null;
}
