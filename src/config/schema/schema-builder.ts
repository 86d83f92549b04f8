import type { DescExtension, DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { getExtension, hasExtension } from "@bufbuild/protobuf";
import type { FieldRules } from "../../gen/validate/validate_pb.js";
import type { Coverage } from "../coverage.js";
import type { DescriptorStore } from "../decode/descriptor-store.js";
import { deprecationHint } from "../validation/deprecation-hints.js";
import { isRequiredField } from "../validation/required-field.js";
import { anyTypes, extensionKindOf } from "./any-types.js";
import { definitionRef, escapePattern, type JsonSchema } from "./json-schema.js";
import { rulesOf } from "./rule-keywords.js";
import { CoverageTexts } from "./schema-texts.js";
import { enumSchema, scalarSchema, wellKnownSchema } from "./value-schema.js";

const VALIDATE_PROTO = "validate/validate.proto";
const TYPE_URL_HOST = "type.googleapis.com";
/** Types that are not Envoy's own are not checked: an extension may bring them. */
const FOREIGN_TYPE = "^[^/]*/(?!envoy\\.).+$";

/** Makes definitions from descriptors: one for each message that a bootstrap can hold. */
export class SchemaBuilder {
  /** By the message's full name, or `any` and the kind of extensions. */
  readonly definitions: Record<string, JsonSchema> = {};
  private readonly rules: DescExtension;
  private readonly required: DescExtension;
  private readonly anyTypes: readonly DescMessage[];
  private readonly texts: CoverageTexts;

  constructor(descriptors: DescriptorStore, coverage: Coverage) {
    this.rules = descriptors.requireExtension(VALIDATE_PROTO, "validate.rules");
    this.required = descriptors.requireExtension(VALIDATE_PROTO, "validate.required");
    this.anyTypes = anyTypes(descriptors);
    this.texts = new CoverageTexts(coverage);
  }

  /** A reference to the definition of a message, which is made with all that it refers to. */
  reference(desc: DescMessage): JsonSchema {
    if (this.definitions[desc.typeName] === undefined) {
      // Before its fields: messages contain themselves.
      this.definitions[desc.typeName] = {};
      this.definitions[desc.typeName] = this.messageSchema(desc);
    }
    return definitionRef(desc.typeName);
  }

  private messageSchema(desc: DescMessage): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    const patternProperties: Record<string, JsonSchema> = {};
    for (const field of desc.fields) {
      properties[field.name] = this.fieldSchema(field);
      if (hasOneName(field)) continue;
      // As good as the proto's name; being a pattern it is not proposed.
      patternProperties[`^${escapePattern(field.jsonName)}$`] = {
        $ref: `#/definitions/${desc.typeName}/properties/${field.name}`,
      };
    }
    if (this.anyTypes.includes(desc)) properties["@type"] = { type: "string" };
    const needed = desc.fields.filter((field) => isRequiredField(field, this.rules));
    const required = needed.filter(hasOneName).map((field) => field.name);
    const conditions = [
      ...needed.filter((field) => !hasOneName(field)).map(present),
      ...desc.oneofs.map((oneof) => this.oneofSchema(oneof)),
    ];
    return {
      description: this.texts.ofMessage(desc),
      type: "object",
      properties,
      ...(Object.keys(patternProperties).length === 0 ? {} : { patternProperties }),
      additionalProperties: false,
      ...(required.length === 0 ? {} : { required }),
      ...(conditions.length === 0 ? {} : { allOf: conditions }),
    };
  }

  private oneofSchema(oneof: DescOneof): JsonSchema {
    const choices = oneof.fields.map(present);
    const { options } = oneof.proto;
    const isRequired =
      options !== undefined && hasExtension(options, this.required) && Boolean(getExtension(options, this.required));
    if (isRequired && choices.length === 1) return choices[0] as JsonSchema;
    return { oneOf: isRequired ? choices : [...choices, { not: { anyOf: choices } }] };
  }

  private fieldSchema(field: DescField): JsonSchema {
    const rules = rulesOf(field, this.rules);
    const text = this.texts.ofField(field);
    return {
      ...(text === "" ? {} : { description: text }),
      ...(field.deprecated ? { deprecationMessage: deprecationText(field) } : {}),
      ...this.kindSchema(field, rules),
    };
  }

  private kindSchema(field: DescField, rules: FieldRules | undefined): JsonSchema {
    switch (field.fieldKind) {
      case "list": {
        const list = rules?.type.case === "repeated" ? rules.type.value : undefined;
        return {
          type: "array",
          items: this.singleSchema(field, list?.items),
          ...(list === undefined || list.minItems === 0n ? {} : { minItems: Number(list.minItems) }),
          ...(list === undefined || list.maxItems === 0n ? {} : { maxItems: Number(list.maxItems) }),
          ...(list?.unique ? { uniqueItems: true } : {}),
        };
      }
      case "map": {
        const map = rules?.type.case === "map" ? rules.type.value : undefined;
        return {
          type: "object",
          additionalProperties: this.singleSchema(field, map?.values),
          ...(map === undefined || map.minPairs === 0n ? {} : { minProperties: Number(map.minPairs) }),
        };
      }
      default:
        return this.singleSchema(field, rules);
    }
  }

  /** One value: of the field, of a list's items, or of a map's values. */
  private singleSchema(field: DescField, rules: FieldRules | undefined): JsonSchema {
    if (field.scalar !== undefined && field.message === undefined) return scalarSchema(field.scalar, rules);
    if (field.enum !== undefined) return enumSchema(field.enum, rules);
    const desc = field.message as DescMessage;
    if (desc.typeName === "google.protobuf.Any") return this.anyReference(extensionKindOf(field.parent));
    return wellKnownSchema(desc, rules) ?? this.reference(desc);
  }

  private anyReference(kind: string): JsonSchema {
    const name = kind === "" ? "any" : `any:${kind.replace(/\.$/, "")}`;
    if (this.definitions[name] === undefined) {
      this.definitions[name] = {};
      this.definitions[name] = this.anySchema(kind);
    }
    return definitionRef(name);
  }

  /** `@type` says which message the rest is. */
  private anySchema(kind: string): JsonSchema {
    const types = this.anyTypes.filter(({ typeName }) => typeName.startsWith(kind));
    const urls = types.map(({ typeName }) => `${TYPE_URL_HOST}/${typeName}`);
    return {
      description: "`@type` names the message that the other keys are fields of.",
      type: "object",
      required: ["@type"],
      properties: { "@type": { anyOf: [{ enum: urls }, { type: "string", pattern: FOREIGN_TYPE }] } },
      allOf: types.map((desc, index) => ({
        if: { required: ["@type"], properties: { "@type": { const: urls[index] } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: this.contentSchema(desc),
      })),
    };
  }

  /** Types that are not a map of fields in JSON stand beside `@type`, in `value`. */
  private contentSchema(desc: DescMessage): JsonSchema {
    const wellKnown = wellKnownSchema(desc, undefined);
    if (wellKnown === null) return this.reference(desc);
    return { required: ["value"], properties: { "@type": {}, value: wellKnown }, additionalProperties: false };
  }
}

/** What an editor shows beside the field. */
function deprecationText(field: DescField): string {
  return deprecationHint(`${field.parent.typeName}.${field.name}`) || "deprecated in Envoy";
}

/** Whether its name in JSON is that of the proto. */
function hasOneName(field: DescField): boolean {
  return field.jsonName === field.name;
}

/** That a field is given, by either of its names. */
function present(field: DescField): JsonSchema {
  const byName = { required: [field.name] };
  return hasOneName(field) ? byName : { anyOf: [byName, { required: [field.jsonName] }] };
}
