import { listed, type ValueCheck } from "./value-check.js";

/** The comparisons that numbers, durations and timestamps have in common, on values that JavaScript compares. */
export interface RangeRules {
  readonly const?: number | bigint | undefined;
  readonly lt?: number | bigint | undefined;
  readonly lte?: number | bigint | undefined;
  readonly gt?: number | bigint | undefined;
  readonly gte?: number | bigint | undefined;
  readonly in: readonly (number | bigint)[];
  readonly notIn: readonly (number | bigint)[];
}

type Comparable = number | bigint;
type Print = (value: Comparable) => string;

/** Checks of values that are numbers already. `print` gives bounds the unit that the file has. */
export function rangeChecks(rules: RangeRules, print: Print = String): ((value: Comparable) => string | null)[] {
  const checks: ((value: Comparable) => string | null)[] = [];
  const { const: only, in: allowed, notIn: refused } = rules;
  if (only !== undefined) checks.push((value) => (value === only ? null : `must be ${print(only)}`));
  if (allowed.length > 0) {
    checks.push((value) => (allowed.includes(value) ? null : `must be one of ${listed(allowed.map(print))}`));
  }
  if (refused.length > 0) {
    checks.push((value) => (refused.includes(value) ? `must not be one of ${listed(refused.map(print))}` : null));
  }
  const bounds = boundsCheck(rules, print);
  if (bounds !== null) checks.push(bounds);
  return checks;
}

function boundsCheck(rules: RangeRules, print: Print): ((value: Comparable) => string | null) | null {
  const lower = rules.gt ?? rules.gte;
  const upper = rules.lt ?? rules.lte;
  const aboveLower = (value: Comparable) => (rules.gt !== undefined ? value > rules.gt : value >= (lower ?? 0));
  const belowUpper = (value: Comparable) => (rules.lt !== undefined ? value < rules.lt : value <= (upper ?? 0));
  const lowerText = lower === undefined ? "" : `${rules.gt === undefined ? "at least" : "more than"} ${print(lower)}`;
  const upperText = upper === undefined ? "" : `${rules.lt === undefined ? "at most" : "less than"} ${print(upper)}`;
  if (lower === undefined && upper === undefined) return null;
  if (upper === undefined) return (value) => (aboveLower(value) ? null : `must be ${lowerText}`);
  if (lower === undefined) return (value) => (belowUpper(value) ? null : `must be ${upperText}`);
  // validate.proto: a lower bound above the upper one means what lies outside of the two.
  if (lower > upper) {
    const text = `must be ${upperText} or ${lowerText}`;
    return (value) => (aboveLower(value) || belowUpper(value) ? null : text);
  }
  return (value) => (aboveLower(value) && belowUpper(value) ? null : `must be ${lowerText} and ${upperText}`);
}

/** For fields of a numeric type. */
export function numberChecks(rules: RangeRules, print: Print = String): ValueCheck[] {
  const checks = rangeChecks(rules, print);
  return checks.map(
    (check) => (value) => (typeof value === "number" || typeof value === "bigint" ? check(value) : null),
  );
}
