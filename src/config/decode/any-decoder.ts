import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { closestName } from "./closest-name.js";
import type { DescriptorStore } from "./descriptor-store.js";
import { didYouMean } from "./fault.js";
import { valuesOf } from "./message-access.js";
import type { MessageDecoder } from "./message-decoder.js";
import { isNewerType } from "./newer-api.js";
import type { ProblemList } from "./problem-list.js";
import { MessageSource, type SourceMap } from "./source-map.js";
import { isV2Type } from "./v2-hints.js";
import { isWellKnown } from "./well-known-decoder.js";
import { describeValue, type YamlMap, type YamlValue } from "./yaml-value.js";

/** Wrappers whose `type_url` names the type that `value` is really of: `xds.type.v3.TypedStruct` and its elder. */
const TYPED_STRUCTS = new Set(["xds.type.v3.TypedStruct", "udpa.type.v1.TypedStruct"]);
/** Here an empty `Any` means something: the filter is enabled, its configuration stays as it is. */
const MAY_BE_EMPTY = "envoy.config.route.v3.FilterConfig";
const TYPE_URL_HOST = "type.googleapis.com";

/** Local name of the field by which `HttpFilter` and `FilterConfig` say that they may be left out. */
const IS_OPTIONAL = "isOptional";

/** A type URL that leads to no message. */
interface UnknownType {
  readonly source: MessageSource;
  readonly offset: number;
  readonly message: string;
  readonly suggestion: string;
}

/** Reads `google.protobuf.Any`: finds the type it names and has its fields decoded as that message. */
export class AnyDecoder {
  private readonly descriptors: DescriptorStore;
  private readonly sourceMap: SourceMap;
  private readonly problems: ProblemList;
  private readonly messages: MessageDecoder;
  private readonly unknownTypes: UnknownType[] = [];

  constructor(descriptors: DescriptorStore, sourceMap: SourceMap, problems: ProblemList, messages: MessageDecoder) {
    this.descriptors = descriptors;
    this.sourceMap = sourceMap;
    this.problems = problems;
    this.messages = messages;
  }

  /** The `Any`, also when what it holds could not be read; null when it is not even a map. */
  decode(desc: DescMessage, node: YamlValue, source: MessageSource): Any | null {
    const { text } = source;
    if (node.kind !== "map") {
      this.problems.error(
        text,
        node.offset,
        source.path,
        `expected a map with \`@type\`, found ${describeValue(node)}`,
      );
      return null;
    }
    const any = create(desc) as Any;
    this.sourceMap.record(any, source);
    if (node.entries.length === 0 && source.parent?.desc.typeName === MAY_BE_EMPTY) return any;
    const inner = this.typeNamed(node, "@type", source);
    if (inner === null) return any;
    any.typeUrl = `${TYPE_URL_HOST}/${inner.typeName}`;
    const message = TYPED_STRUCTS.has(inner.typeName)
      ? this.typedStruct(node, source)
      : this.plain(inner, node, source);
    if (message === null) return any;
    any.typeUrl = `${TYPE_URL_HOST}/${message.$typeName}`;
    const known = this.descriptors.message(message.$typeName) ?? this.descriptors.opaque(message.$typeName);
    this.sourceMap.recordUnpacked(any, { desc: known, message });
    return any;
  }

  /**
   * Types that no proto defines, once everything around them has been read: they do no harm where an extension says
   * that it may be left out (`is_optional`).
   */
  reportUnknown(strict: boolean): void {
    for (const { source, offset, message, suggestion } of this.unknownTypes) {
      const owner = source.parent?.message ?? null;
      const isOptional = owner !== null && valuesOf(owner)[IS_OPTIONAL] === true;
      const text = isOptional ? `${message}; it is optional and left out` : message;
      const severity = isOptional && !strict ? "warning" : "error";
      this.problems[severity](source.text, offset, source.path, text, suggestion);
    }
    this.unknownTypes.length = 0;
  }

  private plain(inner: DescMessage, node: YamlMap, source: MessageSource): Message | null {
    if (this.descriptors.message(inner.typeName) === null) return this.opaque(inner, node, source);
    const isAny = inner.typeName === "google.protobuf.Any";
    if (!isWellKnown(inner) && !isAny) {
      const innerSource = new MessageSource(source.text, node.offset, inner, source, "");
      return this.messages.decodeFields(inner, node, innerSource, ["@type"]);
    }
    // Types that are not a map of fields in JSON stand beside `@type`, in `value`.
    this.refuseOthers(node, ["@type", "value"], source);
    const value = entryOf(node, "value");
    if (value === null) {
      const example = `{ "@type": ..., value: ... }`;
      this.problems.error(source.text, node.offset, source.path, `${inner.typeName} stands in \`value\`: ${example}`);
      return null;
    }
    const innerSource = new MessageSource(source.text, value.offset, inner, source, "value");
    return this.messages.decodeMessage(inner, value, innerSource);
  }

  private typedStruct(node: YamlMap, source: MessageSource): Message | null {
    const urlKey = entryOf(node, "typeUrl") === null ? "type_url" : "typeUrl";
    this.refuseOthers(node, ["@type", urlKey, "value"], source);
    const inner = this.typeNamed(node, urlKey, source);
    if (inner === null) return null;
    const value = entryOf(node, "value");
    const fields: YamlMap = { kind: "map", offset: node.offset, entries: [] };
    if (this.descriptors.message(inner.typeName) === null) return this.opaque(inner, value ?? fields, source);
    const innerSource = new MessageSource(source.text, value?.offset ?? node.offset, inner, source, "value");
    return this.messages.decodeMessage(inner, value ?? fields, innerSource);
  }

  /** Fields that nobody here knows are taken as they are. */
  private opaque(inner: DescMessage, node: YamlValue, source: MessageSource): Message {
    const message = create(inner);
    this.sourceMap.record(message, new MessageSource(source.text, node.offset, inner, source, ""));
    return message;
  }

  /** The message type that a key names by URL; null with a problem when there is none. */
  private typeNamed(node: YamlMap, key: string, source: MessageSource): DescMessage | null {
    const { text, path } = source;
    const value = entryOf(node, key);
    if (value === null) {
      const hint = `add \`"${key}": ${TYPE_URL_HOST}/<full name of the message>\``;
      this.problems.error(text, node.offset, path, `\`${key}\` is missing: it says which message this is`, hint);
      return null;
    }
    if (value.kind !== "scalar" || typeof value.value !== "string") {
      this.problems.error(text, value.offset, path, `expected a type URL in \`${key}\`, found ${describeValue(value)}`);
      return null;
    }
    const url = value.value;
    const typeName = url.slice(url.lastIndexOf("/") + 1);
    const newer = isNewerType(typeName) ? this.descriptors.opaque(typeName) : null;
    const desc = this.descriptors.message(typeName) ?? newer;
    if (desc !== null && url.includes("/")) return desc;
    if (desc !== null) {
      const hint = didYouMean(`${TYPE_URL_HOST}/${typeName}`);
      this.problems.error(text, value.offset, path, `a type URL has a host before the type's name: "${url}"`, hint);
      return null;
    }
    const api = isV2Type(typeName) ? " (the v2 API was removed from Envoy in 2021)" : "";
    const suggestion = didYouMean(this.closestType(typeName));
    const message = `unknown type \`${typeName}\`${api}`;
    this.unknownTypes.push({ source, offset: value.offset, message, suggestion });
    return null;
  }

  /** Types of the same short name come first: only the package is different between v2 and v3. */
  private closestType(typeName: string): string | null {
    const shortName = typeName.slice(typeName.lastIndexOf("."));
    // What other projects call `Filter` or `Config` has nothing to do with Envoy's.
    const isTheirs = typeName.startsWith("envoy.");
    const sameName = [...this.descriptors.typeNames()].filter((name) => isTheirs && name.endsWith(shortName));
    if (sameName.length === 1) return sameName[0] ?? null;
    const words = new Set(typeName.split(/[._]/));
    const common = (name: string) => name.split(/[._]/).filter((word) => words.has(word)).length;
    const best = sameName.sort((a, b) => common(b) - common(a))[0];
    return best ?? closestName(typeName, this.descriptors.typeNames());
  }

  private refuseOthers(node: YamlMap, known: readonly string[], source: MessageSource): void {
    for (const entry of node.entries) {
      if (known.includes(entry.key)) continue;
      const hint = didYouMean(closestName(entry.key, known));
      this.problems.error(source.text, entry.keyOffset, source.path, `unknown field \`${entry.key}\``, hint);
    }
  }
}

function entryOf(node: YamlMap, key: string): YamlValue | null {
  return node.entries.find((entry) => entry.key === key)?.value ?? null;
}
