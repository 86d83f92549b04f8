import type {
  HttpHeadersMatch,
  MatchPredicate,
  MatchPredicate_MatchSet,
} from "../gen/envoy/config/common/matcher/v3/matcher_pb.js";
import type { ResponsePredicateConfig } from "../http/headers/response-predicate.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertHeaderMatchers, HEADER_MATCHER_FIELDS } from "./header-matcher.js";
import { ignored, implemented, type MessageTable } from "./implemented-fields.js";

const NEVER = "only the head of the response is known: it is never met";

const SET_FIELDS = implemented<MatchPredicate_MatchSet>("envoy.config.common.matcher.v3.MatchPredicate.MatchSet", {
  rules: () => RESPONSE_PREDICATE_FIELDS,
});

/** `MatchPredicate` where it looks at the head of a response. */
export const RESPONSE_PREDICATE_FIELDS: MessageTable = implemented<MatchPredicate>(
  "envoy.config.common.matcher.v3.MatchPredicate",
  {
    or_match: SET_FIELDS,
    and_match: SET_FIELDS,
    not_match: () => RESPONSE_PREDICATE_FIELDS,
    any_match: true,
    http_response_headers_match: implemented<HttpHeadersMatch>("envoy.config.common.matcher.v3.HttpHeadersMatch", {
      headers: HEADER_MATCHER_FIELDS,
    }),
    http_request_headers_match: ignored(NEVER),
    http_request_trailers_match: ignored(NEVER),
    http_response_trailers_match: ignored(NEVER),
    http_request_generic_body_match: ignored(NEVER),
    http_response_generic_body_match: ignored(NEVER),
  },
);

/** Null with an error when it cannot be used. */
export function convertResponsePredicate(
  message: MatchPredicate,
  context: ConversionContext,
): ResponsePredicateConfig | null {
  const { rule } = message;
  switch (rule.case) {
    case "httpResponseHeadersMatch": {
      const headers = convertHeaderMatchers(rule.value.headers, context);
      return headers === null ? null : { kind: "headers", headers };
    }
    case "anyMatch":
      return { kind: "constant", value: true };
    case "andMatch":
    case "orMatch":
      return convertSet(rule.case === "andMatch" ? "and" : "or", rule.value, context);
    case "notMatch": {
      const inner = convertResponsePredicate(rule.value, context);
      return inner === null ? null : { kind: "not", rule: inner };
    }
    default:
      // The table has a warning for them; a missing one breaks a constraint of the proto.
      return { kind: "constant", value: false };
  }
}

function convertSet(
  kind: "and" | "or",
  message: MatchPredicate_MatchSet,
  context: ConversionContext,
): ResponsePredicateConfig | null {
  const rules = message.rules.map((rule) => convertResponsePredicate(rule, context));
  const usable = rules.filter((rule) => rule !== null);
  return usable.length === rules.length ? { kind, rules: usable } : null;
}
