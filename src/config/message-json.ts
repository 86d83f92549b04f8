import {
  type DescExtension,
  type DescField,
  getOption,
  type JsonObject,
  type JsonValue,
  type Message,
  toJson,
} from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { DescriptorStore } from "./decode/descriptor-store.js";
import { getField, isMessageValue } from "./decode/message-access.js";
import type { SourceMap } from "./decode/source-map.js";

const SENSITIVE_PROTO = "udpa/annotations/sensitive.proto";
const REDACTED = "[redacted]";

/**
 * Writes messages of a configuration as proto JSON, with the names of the protos and only what the configuration sets.
 * What an annotation of the protos calls sensitive is not shown.
 */
export class MessageJson {
  private readonly sourceMap: SourceMap;
  private readonly descriptors = DescriptorStore.packed();
  private readonly sensitive: DescExtension;

  constructor(sourceMap: SourceMap) {
    this.sourceMap = sourceMap;
    this.sensitive = this.descriptors.requireExtension(SENSITIVE_PROTO, "udpa.annotations.sensitive");
  }

  write(message: Message): JsonValue {
    return this.messageJson(message, false);
  }

  private messageJson(message: Message, hidden: boolean): JsonValue {
    if (message.$typeName === "google.protobuf.Any") return this.anyJson(message as Any, hidden);
    if (message.$typeName.startsWith("google.protobuf.")) {
      return hidden ? REDACTED : toJson(this.descriptors.requireMessage(message.$typeName), message);
    }
    const json: JsonObject = {};
    const source = this.sourceMap.source(message);
    if (source === null) return json;
    for (const field of source.desc.fields) {
      if (!source.fields.has(field.localName)) continue;
      const value = getField(message, field);
      if (value === undefined) continue;
      json[field.name] = this.valueJson(value, field, hidden || this.isSensitive(field));
    }
    return json;
  }

  private isSensitive(field: DescField): boolean {
    return getOption(field, this.sensitive as DescExtension & { readonly extendee: never }) === true;
  }

  private anyJson(any: Any, hidden: boolean): JsonValue {
    const json = { "@type": any.typeUrl };
    const inner = this.sourceMap.unpacked(any);
    if (inner === null) return json;
    const value = this.messageJson(inner.message, hidden);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !inner.desc.typeName.startsWith("google.protobuf.") ? { ...json, ...value } : { ...json, value };
  }

  private valueJson(value: unknown, field: DescField, hidden: boolean): JsonValue {
    if (Array.isArray(value)) return value.map((item) => this.valueJson(item, field, hidden));
    if (isMessageValue(value)) return this.messageJson(value, hidden);
    if (field.fieldKind === "map") {
      const entries = Object.entries(value as Record<string, unknown>);
      return Object.fromEntries(entries.map(([key, item]) => [key, this.itemJson(item, field, hidden)]));
    }
    return this.itemJson(value, field, hidden);
  }

  private itemJson(value: unknown, field: DescField, hidden: boolean): JsonValue {
    if (isMessageValue(value)) return this.messageJson(value, hidden);
    if (hidden) return REDACTED;
    if (field.enum !== undefined) {
      return field.enum.values.find(({ number }) => number === value)?.name ?? (value as number);
    }
    if (typeof value === "bigint") return String(value);
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    return value as JsonValue;
  }
}
