import type { DescExtension, DescField } from "@bufbuild/protobuf";
import { getExtension, hasExtension } from "@bufbuild/protobuf";
import type { DurationRules, FieldRules, StringRules } from "../../gen/validate/validate_pb.js";
import { hasRule } from "../validation/value-check.js";
import { knownRegex } from "../validation/well-known-strings.js";
import { escapePattern, type JsonSchema } from "./json-schema.js";

/** A character is up to four bytes in UTF-8. */
const MAX_BYTES_OF_CHARACTER = 4;

/** `(validate.rules)` of a field; undefined when it has none. */
export function rulesOf(field: DescField, rulesExtension: DescExtension): FieldRules | undefined {
  const { options } = field.proto;
  if (options === undefined || !hasExtension(options, rulesExtension)) return undefined;
  return getExtension(options, rulesExtension) as FieldRules;
}

/**
 * What of the rules on a single value a JSON Schema can say. Rules that it cannot say are left to the proxy: the schema
 * never refuses what they allow.
 */
export function valueKeywords(rules: FieldRules | undefined): JsonSchema {
  if (rules === undefined) return {};
  const { type } = rules;
  switch (type.case) {
    case undefined:
    case "repeated":
    case "map":
    case "enum":
    case "any":
    case "bytes":
    case "timestamp":
      return {};
    case "string":
      return stringKeywords(type.value);
    case "bool":
      return hasRule(type.value, "const") ? { const: type.value.const } : {};
    case "duration":
      return { pattern: durationPattern(type.value) };
    default:
      return numberKeywords(type.value);
  }
}

/** `"1.5s"`, by the proto3 JSON mapping; without rules it may be negative. */
export function durationPattern(rules: DurationRules | undefined): string {
  const lower = rules?.gt ?? rules?.gte;
  const isPositive = rules?.gt !== undefined && rules.gt.seconds >= 0n;
  const mayBeNegative = lower === undefined || lower.seconds < 0n;
  return `^${isPositive ? "(?!0+(\\.0+)?s$)" : ""}${mayBeNegative ? "-?" : ""}\\d+(\\.\\d{1,9})?s$`;
}

function stringKeywords(rules: StringRules): JsonSchema {
  const patterns = [...stringPatterns(rules)].map((pattern) => ({ pattern }));
  const keywords: JsonSchema = {
    ...lengthKeywords(rules),
    ...(hasRule(rules, "const") ? { const: rules.const } : {}),
    ...(rules.in.length > 0 ? { enum: rules.in } : {}),
    ...(rules.notIn.length > 0 ? { not: { enum: rules.notIn } } : {}),
    ...(patterns.length === 1 ? patterns[0] : {}),
    ...(patterns.length > 1 ? { allOf: patterns } : {}),
  };
  if (!rules.ignoreEmpty || Object.keys(keywords).length === 0) return keywords;
  return { anyOf: [{ maxLength: 0 }, keywords] };
}

/** Bounds in bytes become bounds in characters that hold for any text. */
function lengthKeywords(rules: StringRules): JsonSchema {
  const number = (name: "len" | "minLen" | "maxLen" | "lenBytes" | "minBytes" | "maxBytes"): number | undefined =>
    hasRule(rules, name) ? Number(rules[name]) : undefined;
  const minBytes = number("lenBytes") ?? number("minBytes");
  const leastCharacters = minBytes === undefined ? undefined : Math.ceil(minBytes / MAX_BYTES_OF_CHARACTER);
  const min = number("len") ?? number("minLen") ?? leastCharacters;
  const max = number("len") ?? number("maxLen") ?? number("lenBytes") ?? number("maxBytes");
  return {
    ...(min === undefined || min === 0 ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
  };
}

function* stringPatterns(rules: StringRules): Generator<string> {
  if (hasRule(rules, "pattern")) yield rules.pattern;
  if (hasRule(rules, "prefix")) yield `^${escapePattern(rules.prefix)}`;
  if (hasRule(rules, "suffix")) yield `${escapePattern(rules.suffix)}$`;
  if (hasRule(rules, "contains")) yield escapePattern(rules.contains);
  if (hasRule(rules, "notContains")) yield `^(?![\\s\\S]*${escapePattern(rules.notContains)})`;
  const { wellKnown } = rules;
  if (wellKnown.case !== "wellKnownRegex") return;
  const known = knownRegex(wellKnown.value, rules.strict);
  if (known !== null) yield known.source;
}

interface NumberRules {
  readonly const: number | bigint;
  readonly lt: number | bigint;
  readonly lte: number | bigint;
  readonly gt: number | bigint;
  readonly gte: number | bigint;
  readonly in: readonly (number | bigint)[];
  readonly notIn: readonly (number | bigint)[];
}

function numberKeywords(rules: NumberRules): JsonSchema {
  const number = (name: "const" | "lt" | "lte" | "gt" | "gte"): number | undefined =>
    hasRule(rules, name) ? Number(rules[name]) : undefined;
  const { gt, gte, lt, lte } = { gt: number("gt"), gte: number("gte"), lt: number("lt"), lte: number("lte") };
  const lower: JsonSchema = {
    ...(gt === undefined ? {} : { exclusiveMinimum: gt }),
    ...(gte === undefined ? {} : { minimum: gte }),
  };
  const upper: JsonSchema = {
    ...(lt === undefined ? {} : { exclusiveMaximum: lt }),
    ...(lte === undefined ? {} : { maximum: lte }),
  };
  // validate.proto: a lower bound above the upper one means what lies outside of the two.
  const isOutside = (gt ?? gte ?? Number.NEGATIVE_INFINITY) > (lt ?? lte ?? Number.POSITIVE_INFINITY);
  const only = number("const");
  return {
    ...(isOutside ? { anyOf: [lower, upper] } : { ...lower, ...upper }),
    ...(only === undefined ? {} : { const: only }),
    ...(rules.in.length > 0 ? { enum: rules.in.map(Number) } : {}),
    ...(rules.notIn.length > 0 ? { not: { enum: rules.notIn.map(Number) } } : {}),
  };
}
