import type { DescEnum } from "@bufbuild/protobuf";
import type { EnumRules } from "../../gen/validate/validate_pb.js";
import { hasRule, listed, type ValueCheck } from "./value-check.js";

/** `enum` rules, in the names of the enum. */
export function enumChecks(rules: EnumRules, desc: DescEnum | undefined): ValueCheck[] {
  const nameOf = (value: number) => desc?.value[value]?.name ?? String(value);
  const checks: ((value: number) => string | null)[] = [];
  if (hasRule(rules, "const")) {
    checks.push((value) => (value === rules.const ? null : `must be ${nameOf(rules.const)}`));
  }
  if (rules.in.length > 0) {
    const text = `must be one of ${listed(rules.in.map(nameOf))}`;
    checks.push((value) => (rules.in.includes(value) ? null : text));
  }
  if (rules.notIn.length > 0) {
    checks.push((value) => (rules.notIn.includes(value) ? `must not be ${nameOf(value)}` : null));
  }
  if (rules.definedOnly && desc !== undefined) {
    const text = `must be one of ${listed(desc.values.map((value) => value.name))}`;
    checks.push((value) => (desc.value[value] === undefined ? text : null));
  }
  return checks.map((check) => (value) => (typeof value === "number" ? check(value) : null));
}
