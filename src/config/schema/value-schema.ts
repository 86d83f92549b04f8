import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { EnumRules, FieldRules } from "../../gen/validate/validate_pb.js";
import { isWrapper } from "../decode/message-access.js";
import { hasRule } from "../validation/value-check.js";
import type { JsonSchema } from "./json-schema.js";
import { durationPattern, valueKeywords } from "./rule-keywords.js";

/** Numbers of any length, and as text, as the proto3 JSON mapping has them. */
const INTEGER_PATTERN = "^-?\\d+$";
const NUMBER_PATTERN = "^(NaN|-?Infinity|-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?)$";

/** The schema of a scalar by the proto3 JSON mapping, with the constraints on it. */
export function scalarSchema(type: ScalarType, rules: FieldRules | undefined): JsonSchema {
  const keywords = valueKeywords(rules);
  switch (type) {
    case ScalarType.BOOL:
      return { type: "boolean", ...keywords };
    case ScalarType.STRING:
      // A number without quotes is taken as its text.
      return { type: ["string", "number"], ...keywords };
    case ScalarType.BYTES:
      return { type: "string" };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: ["number", "string"], pattern: NUMBER_PATTERN, ...keywords };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { type: ["integer", "string"], pattern: INTEGER_PATTERN, minimum: 0, ...keywords };
    default:
      return { type: ["integer", "string"], pattern: INTEGER_PATTERN, ...keywords };
  }
}

/** Names are what an editor proposes; numbers are as good. */
export function enumSchema(desc: DescEnum, rules: FieldRules | undefined): JsonSchema {
  if (desc.typeName === "google.protobuf.NullValue") return { type: "null" };
  const enumRules = rules?.type.case === "enum" ? rules.type.value : undefined;
  const allowed = desc.values.filter((value) => isAllowed(value.number, enumRules));
  const numbers = allowed.map((value) => value.number);
  const isClosed = enumRules !== undefined && (enumRules.definedOnly || enumRules.in.length > 0);
  const bounds = isClosed ? { minimum: Math.min(...numbers), maximum: Math.max(...numbers) } : {};
  return { anyOf: [{ enum: allowed.map((value) => value.name) }, { type: "integer", ...bounds }] };
}

function isAllowed(number: number, rules: EnumRules | undefined): boolean {
  if (rules === undefined) return true;
  if (hasRule(rules, "const")) return number === rules.const;
  if (rules.in.length > 0) return rules.in.includes(number);
  return !rules.notIn.includes(number);
}

/** Types whose JSON form is not a map of their fields; null for all others. `Any` is none of them. */
export function wellKnownSchema(desc: DescMessage, rules: FieldRules | undefined): JsonSchema | null {
  if (isWrapper(desc)) return scalarSchema((desc.fields[0] as DescField).scalar ?? ScalarType.STRING, rules);
  switch (desc.typeName) {
    case "google.protobuf.Duration":
      return { type: "string", pattern: durationPattern(undefined), ...valueKeywords(rules) };
    case "google.protobuf.Timestamp":
      return { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT" };
    case "google.protobuf.FieldMask":
      return { type: "string" };
    case "google.protobuf.Struct":
      return { type: "object" };
    case "google.protobuf.ListValue":
      return { type: "array" };
    case "google.protobuf.Value":
      return {};
    default:
      return null;
  }
}
