import type { MetadataMatcher, MetadataMatcher_PathSegment } from "../gen/envoy/type/matcher/v3/metadata_pb.js";
import type { DoubleMatcher } from "../gen/envoy/type/matcher/v3/number_pb.js";
import type {
  ListMatcher,
  OrMatcher,
  ValueMatcher,
  ValueMatcher_NullMatch,
} from "../gen/envoy/type/matcher/v3/value_pb.js";
import type { DoubleRange } from "../gen/envoy/type/v3/range_pb.js";
import type { ValueMatcherConfig } from "../matching/value-matcher-config.js";
import type { MetadataMatchConfig } from "../route/route-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertStringMatcher, STRING_MATCHER_FIELDS } from "./string-matcher.js";

const DOUBLE_MATCHER_FIELDS = implemented<DoubleMatcher>("envoy.type.matcher.v3.DoubleMatcher", {
  range: implemented<DoubleRange>("envoy.type.v3.DoubleRange", { start: true, end: true }),
  exact: true,
});

export const VALUE_MATCHER_FIELDS: MessageTable = implemented<ValueMatcher>("envoy.type.matcher.v3.ValueMatcher", {
  null_match: implemented<ValueMatcher_NullMatch>("envoy.type.matcher.v3.ValueMatcher.NullMatch", {}),
  double_match: DOUBLE_MATCHER_FIELDS,
  string_match: STRING_MATCHER_FIELDS,
  bool_match: true,
  present_match: true,
  list_match: implemented<ListMatcher>("envoy.type.matcher.v3.ListMatcher", { one_of: () => VALUE_MATCHER_FIELDS }),
  or_match: implemented<OrMatcher>("envoy.type.matcher.v3.OrMatcher", { value_matchers: () => VALUE_MATCHER_FIELDS }),
});

export const METADATA_MATCHER_FIELDS: MessageTable = implemented<MetadataMatcher>(
  "envoy.type.matcher.v3.MetadataMatcher",
  {
    filter: true,
    path: implemented<MetadataMatcher_PathSegment>("envoy.type.matcher.v3.MetadataMatcher.PathSegment", { key: true }),
    value: VALUE_MATCHER_FIELDS,
    invert: true,
  },
);

/** Null with an error when it cannot be used. */
export function convertMetadataMatcher(
  message: MetadataMatcher,
  context: ConversionContext,
): MetadataMatchConfig | null {
  const value = message.value === undefined ? null : convertValueMatcher(message.value, context);
  if (value === null) return null;
  const path = message.path.map(({ segment }) => segment.value ?? "");
  return { namespace: message.filter, path, value, invert: message.invert };
}

/** `envoy.type.matcher.v3.ValueMatcher`; null with an error when it cannot be used. */
export function convertValueMatcher(message: ValueMatcher, context: ConversionContext): ValueMatcherConfig | null {
  const { matchPattern: match } = message;
  switch (match.case) {
    case "nullMatch":
      return { kind: "null" };
    case "doubleMatch":
      return convertDoubleMatcher(match.value);
    case "stringMatch": {
      const matcher = convertStringMatcher(match.value, context);
      return matcher === null ? null : { kind: "string", matcher };
    }
    case "boolMatch":
      return { kind: "bool", value: match.value };
    case "presentMatch":
      return { kind: "present", present: match.value };
    case "listMatch":
      return convertListMatcher(match.value, context);
    case "orMatch": {
      const matchers = match.value.valueMatchers.map((inner) => convertValueMatcher(inner, context));
      const usable = matchers.filter((inner) => inner !== null);
      return usable.length === matchers.length ? { kind: "or", matchers: usable } : null;
    }
    case undefined:
      // Required by the proto's own constraints.
      return null;
  }
}

function convertDoubleMatcher(message: DoubleMatcher): ValueMatcherConfig | null {
  const { matchPattern: match } = message;
  if (match.case === "exact") return { kind: "number", value: match.value };
  return match.case === undefined ? null : { kind: "range", start: match.value.start, end: match.value.end };
}

function convertListMatcher(message: ListMatcher, context: ConversionContext): ValueMatcherConfig | null {
  const { matchPattern: match } = message;
  const matcher = match.case === undefined ? null : convertValueMatcher(match.value, context);
  return matcher === null ? null : { kind: "item", matcher };
}
