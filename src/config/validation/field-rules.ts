import { type DescExtension, type DescField, getExtension, hasExtension } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { AnyRules, FieldRules } from "../../gen/validate/validate_pb.js";
import { isMessageValue } from "../decode/message-access.js";
import { enumChecks } from "./enum-checks.js";
import { numberChecks, type RangeRules } from "./range-checks.js";
import { bytesChecks, stringChecks } from "./string-checks.js";
import { durationChecks, timestampChecks } from "./time-checks.js";
import { hasRule, listed, type ValueCheck } from "./value-check.js";

/** The constraints of one field in the form in which they are checked. */
export interface CompiledRules {
  /** The message has to be set. */
  readonly required: boolean;
  /** Messages in the field are not looked into. */
  readonly skip: boolean;
  /** On a single value; for lists and maps, on each item or map value. */
  readonly value: readonly ValueCheck[];
  /** On the keys of a map. */
  readonly key: readonly ValueCheck[];
  /** On the number of items or pairs. */
  readonly size: readonly ValueCheck[];
  /** Items of a list may not repeat. */
  readonly unique: boolean;
}

export const NO_RULES: CompiledRules = { required: false, skip: false, value: [], key: [], size: [], unique: false };

/** Compiles `(validate.rules)` of a field. `rulesExtension` is the descriptor of that option. */
export function compileRules(field: DescField, rulesExtension: DescExtension): CompiledRules {
  const options = field.proto.options;
  if (options === undefined || !hasExtension(options, rulesExtension)) return NO_RULES;
  const rules = getExtension(options, rulesExtension) as FieldRules;
  const { type } = rules;
  switch (type.case) {
    case "repeated": {
      const { items, minItems, maxItems, unique } = type.value;
      const list = type.value;
      const min = hasRule(list, "minItems") ? Number(minItems) : 0;
      const max = hasRule(list, "maxItems") ? Number(maxItems) : Number.POSITIVE_INFINITY;
      const size = sizeChecks(min, max, ["item", "items"]);
      return { ...NO_RULES, ...itemRules(items, field), size, unique };
    }
    case "map": {
      const { keys, values, minPairs, maxPairs } = type.value;
      const map = type.value;
      const min = hasRule(map, "minPairs") ? Number(minPairs) : 0;
      const max = hasRule(map, "maxPairs") ? Number(maxPairs) : Number.POSITIVE_INFINITY;
      const size = sizeChecks(min, max, ["entry", "entries"]);
      // `no_sparse` asks for what a file cannot get wrong: a value for each key.
      const key = keys === undefined ? [] : valueChecks(keys, field);
      return { ...NO_RULES, ...itemRules(values, field), size, key };
    }
    default:
      return { ...NO_RULES, ...itemRules(rules, field) };
  }
}

function itemRules(
  rules: FieldRules | undefined,
  field: DescField,
): { required: boolean; skip: boolean; value: readonly ValueCheck[] } {
  if (rules === undefined) return { required: false, skip: false, value: [] };
  const { type } = rules;
  const timed = type.case === "duration" || type.case === "timestamp" || type.case === "any";
  return {
    required: (rules.message?.required ?? false) || (timed && type.value.required),
    skip: rules.message?.skip ?? false,
    value: valueChecks(rules, field),
  };
}

function valueChecks(rules: FieldRules, field: DescField): readonly ValueCheck[] {
  const { type } = rules;
  switch (type.case) {
    case undefined:
    case "repeated":
    case "map":
      return [];
    case "string":
      return stringChecks(type.value);
    case "bytes":
      return bytesChecks(type.value);
    case "bool":
      return hasRule(type.value, "const") ? [boolCheck(type.value.const)] : [];
    case "enum":
      return enumChecks(type.value, field.enum);
    case "any":
      return anyChecks(type.value);
    case "duration":
      return durationChecks(type.value);
    case "timestamp":
      return timestampChecks(type.value);
    default:
      return numberChecks(givenRange(type.value));
  }
}

/** Defaults on the prototype would look like rules that are given. */
function givenRange(rules: RangeRules & object): RangeRules {
  return {
    const: hasRule(rules, "const") ? rules.const : undefined,
    lt: hasRule(rules, "lt") ? rules.lt : undefined,
    lte: hasRule(rules, "lte") ? rules.lte : undefined,
    gt: hasRule(rules, "gt") ? rules.gt : undefined,
    gte: hasRule(rules, "gte") ? rules.gte : undefined,
    in: rules.in,
    notIn: rules.notIn,
  };
}

function boolCheck(only: boolean): ValueCheck {
  return (value) => (value === only ? null : `must be ${only}`);
}

function anyChecks(rules: AnyRules): ValueCheck[] {
  const urlOf = (value: unknown) => (isMessageValue(value) ? (value as Any).typeUrl : "");
  const checks: ValueCheck[] = [];
  if (rules.in.length > 0) {
    checks.push((value) =>
      rules.in.includes(urlOf(value)) ? null : `must be of one of the types ${listed(rules.in)}`,
    );
  }
  checks.push((value) => (rules.notIn.includes(urlOf(value)) ? `must not be of the type ${urlOf(value)}` : null));
  return checks;
}

function sizeChecks(min: number, max: number, [one, many]: readonly [string, string]): ValueCheck[] {
  const amount = (count: number) => `${count} ${count === 1 ? one : many}`;
  return [
    (size) => {
      const count = Number(size);
      if (count < min) return `must have at least ${amount(min)}`;
      return count > max ? `must have at most ${amount(max)}` : null;
    },
  ];
}
