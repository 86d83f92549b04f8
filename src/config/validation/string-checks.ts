import type { BytesRules, StringRules } from "../../gen/validate/validate_pb.js";
import { hasRule, listed, type ValueCheck } from "./value-check.js";
import { knownPattern, wellKnownCheck } from "./well-known-strings.js";

type StringCheck = (value: string) => string | null;

/** `string` rules. Lengths count code points, lengths in bytes the UTF-8 form. */
export function stringChecks(rules: StringRules): ValueCheck[] {
  const checks = [...contentChecks(rules)];
  const characters = (value: string) => [...value].length;
  const bytes = (value: string) => Buffer.byteLength(value);
  checks.push(...lengthChecks(lengthRules(rules, "len", "minLen", "maxLen"), characters, "character"));
  checks.push(...lengthChecks(lengthRules(rules, "lenBytes", "minBytes", "maxBytes"), bytes, "byte"));
  const { wellKnown } = rules;
  if (wellKnown.case === "wellKnownRegex") checks.push(knownPattern(wellKnown.value, rules.strict));
  else if (wellKnown.case !== undefined && wellKnown.value) checks.push(wellKnownCheck(wellKnown.case));
  return unlessEmpty(rules.ignoreEmpty, checks);
}

/** `bytes` rules. Envoy's protos use lengths only; the others need the same few lines. */
export function bytesChecks(rules: BytesRules): ValueCheck[] {
  const length = lengthChecks(
    lengthRules(rules, "len", "minLen", "maxLen"),
    (value: Uint8Array) => value.length,
    "byte",
  );
  const checks: ((value: Uint8Array) => string | null)[] = [...length];
  const hex = (value: Uint8Array) => `0x${Buffer.from(value).toString("hex")}`;
  if (hasRule(rules, "const")) {
    checks.push((value) => (Buffer.compare(value, rules.const) === 0 ? null : `must be ${hex(rules.const)}`));
  }
  if (hasRule(rules, "prefix")) {
    const fits = (value: Uint8Array) => Buffer.from(value).subarray(0, rules.prefix.length).equals(rules.prefix);
    checks.push((value) => (fits(value) ? null : `must begin with ${hex(rules.prefix)}`));
  }
  if (hasRule(rules, "suffix")) {
    const fits = (value: Uint8Array) => Buffer.from(value).subarray(-rules.suffix.length).equals(rules.suffix);
    checks.push((value) => (fits(value) ? null : `must end with ${hex(rules.suffix)}`));
  }
  if (hasRule(rules, "contains")) {
    checks.push((value) =>
      Buffer.from(value).includes(Buffer.from(rules.contains)) ? null : `must contain ${hex(rules.contains)}`,
    );
  }
  if (rules.in.length > 0) {
    const allowed = rules.in.map(hex);
    checks.push((value) => (allowed.includes(hex(value)) ? null : `must be one of ${listed(allowed)}`));
  }
  const refused = rules.notIn.map(hex);
  checks.push((value) => (refused.includes(hex(value)) ? `must not be ${hex(value)}` : null));
  return checks.map((check) => (value) => (value instanceof Uint8Array ? check(value) : null));
}

function* contentChecks(rules: StringRules): Generator<StringCheck> {
  if (hasRule(rules, "const")) yield (value) => (value === rules.const ? null : `must be "${rules.const}"`);
  if (rules.in.length > 0) yield (value) => (rules.in.includes(value) ? null : `must be one of ${listed(rules.in)}`);
  if (rules.notIn.length > 0) yield (value) => (rules.notIn.includes(value) ? `must not be "${value}"` : null);
  if (hasRule(rules, "pattern")) {
    const pattern = new RegExp(rules.pattern, "u");
    yield (value) => (pattern.test(value) ? null : `must match the pattern ${rules.pattern}`);
  }
  if (hasRule(rules, "prefix")) {
    yield (value) => (value.startsWith(rules.prefix) ? null : `must begin with "${rules.prefix}"`);
  }
  if (hasRule(rules, "suffix")) {
    yield (value) => (value.endsWith(rules.suffix) ? null : `must end with "${rules.suffix}"`);
  }
  if (hasRule(rules, "contains")) {
    yield (value) => (value.includes(rules.contains) ? null : `must contain "${rules.contains}"`);
  }
  if (hasRule(rules, "notContains")) {
    yield (value) => (value.includes(rules.notContains) ? `must not contain "${rules.notContains}"` : null);
  }
}

interface LengthRules {
  readonly exact: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

function lengthRules<R extends object>(rules: R, exact: keyof R, min: keyof R, max: keyof R): LengthRules {
  const number = (name: keyof R) => (hasRule(rules, name) ? Number(rules[name]) : undefined);
  return { exact: number(exact), min: number(min), max: number(max) };
}

function lengthChecks<T>(
  rules: LengthRules,
  length: (value: T) => number,
  unit: string,
): ((value: T) => string | null)[] {
  const checks: ((value: T) => string | null)[] = [];
  const { exact, min, max } = rules;
  const amount = (count: number) => `${count} ${unit}${count === 1 ? "" : "s"} long`;
  if (exact !== undefined) checks.push((value) => (length(value) === exact ? null : `must be ${amount(exact)}`));
  if (min !== undefined) {
    const text = min === 1 ? "must not be empty" : `must be at least ${amount(min)}`;
    checks.push((value) => (length(value) >= min ? null : text));
  }
  if (max !== undefined) checks.push((value) => (length(value) <= max ? null : `must be at most ${amount(max)}`));
  return checks;
}

function unlessEmpty(ignoreEmpty: boolean, checks: readonly StringCheck[]): ValueCheck[] {
  return checks.map((check) => (value) => {
    if (typeof value !== "string" || (ignoreEmpty && value === "")) return null;
    return check(value);
  });
}
