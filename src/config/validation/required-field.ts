import { type DescExtension, type DescField, ScalarType } from "@bufbuild/protobuf";
import { compileRules } from "./field-rules.js";

/**
 * Whether leaving a field out breaks its rules: messages that have to be set, and fields without presence whose default
 * is no allowed value, such as names that must not be empty. Fields of a oneof are never required by themselves.
 */
export function isRequiredField(field: DescField, rulesExtension: DescExtension): boolean {
  if (field.oneof !== undefined || field.proto.proto3Optional) return false;
  const rules = compileRules(field, rulesExtension);
  switch (field.fieldKind) {
    case "list":
    case "map":
      return rules.size.some((check) => check(0) !== null);
    case "message":
      return rules.required;
    case "enum":
      return rules.value.some((check) => check(0) !== null);
    case "scalar":
      return rules.value.some((check) => check(defaultOf(field.scalar)) !== null);
  }
}

function defaultOf(type: ScalarType): unknown {
  switch (type) {
    case ScalarType.STRING:
      return "";
    case ScalarType.BYTES:
      return new Uint8Array();
    case ScalarType.BOOL:
      return false;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return 0n;
    default:
      return 0;
  }
}
