import {
  create,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { AnyDecoder } from "./any-decoder.js";
import { closestName } from "./closest-name.js";
import type { DescriptorStore } from "./descriptor-store.js";
import { decodeEnum } from "./enum-decoder.js";
import { didYouMean, Fault } from "./fault.js";
import { listHint, mapHint } from "./kind-hints.js";
import { getField, isUnwrapped, isWrapper, oneofCase, setField, valuesOf } from "./message-access.js";
import { isNewerField } from "./newer-api.js";
import type { ProblemList } from "./problem-list.js";
import { decodeScalar } from "./scalar-decoder.js";
import { MessageSource, type SourceMap } from "./source-map.js";
import { v2FieldHint } from "./v2-hints.js";
import { decodeWellKnown, isWellKnown } from "./well-known-decoder.js";
import { describeValue, type YamlEntry, type YamlMap, type YamlValue } from "./yaml-value.js";

/** Where a value belongs: the message around it, the field, and the item of that field. */
interface Slot {
  readonly source: MessageSource;
  readonly field: DescField;
  readonly key: number | string | undefined;
}

/**
 * Reads messages from a document by the proto3 JSON mapping. Faults are collected, a value that cannot be read leaves
 * its field unset, and all else goes on.
 */
export class MessageDecoder {
  private readonly sourceMap: SourceMap;
  private readonly problems: ProblemList;
  private readonly anys: AnyDecoder;
  private readonly newerFields: { source: MessageSource; entry: YamlEntry }[] = [];
  private readonly fieldsByName = new Map<DescMessage, Map<string, DescField>>();

  constructor(descriptors: DescriptorStore, sourceMap: SourceMap, problems: ProblemList) {
    this.sourceMap = sourceMap;
    this.problems = problems;
    this.anys = new AnyDecoder(descriptors, sourceMap, problems, this);
  }

  /** To be called once all texts are read. */
  reportUnknownTypes(strict: boolean): void {
    this.anys.reportUnknown(strict);
    for (const { source, entry } of this.newerFields) {
      const text = `\`${entry.key}\` is known but not implemented by Sluice yet; it has no effect`;
      this.problems[strict ? "error" : "warning"](source.text, entry.keyOffset, source.fieldPath(entry.key), text);
    }
    this.newerFields.length = 0;
  }

  /** A message of any type, well-known ones included. Null when it could not be read at all. */
  decodeMessage(desc: DescMessage, node: YamlValue, source: MessageSource): Message | null {
    if (desc.typeName === "google.protobuf.Any") return this.anys.decode(desc, node, source);
    if (isWellKnown(desc)) {
      const value = decodeWellKnown(desc, node);
      if (value instanceof Fault) {
        this.problems.error(source.text, node.offset, source.path, value.message, value.suggestion);
        return null;
      }
      // The plain object that stands for a Struct in a field has to be a message where a message is asked for.
      const message = isStruct(desc) ? fromJson(desc, value as JsonObject) : (value as Message);
      this.sourceMap.record(message, source);
      return message;
    }
    if (node.kind === "map") return this.decodeFields(desc, node, source, []);
    const expected = `expected a map with the fields of ${desc.name}`;
    this.problems.error(
      source.text,
      node.offset,
      source.path,
      `${expected}, found ${describeValue(node)}`,
      mapHint(desc, node),
    );
    return null;
  }

  /** The fields of an ordinary message. `ignored` names keys that are no fields, such as `@type`. */
  decodeFields(desc: DescMessage, node: YamlMap, source: MessageSource, ignored: readonly string[]): Message {
    const message = create(desc);
    this.sourceMap.record(message, source);
    for (const entry of node.entries) {
      if (ignored.includes(entry.key)) continue;
      const field = this.fieldNamed(desc, entry.key);
      if (field === null) this.reportUnknownField(desc, entry, source);
      else this.decodeEntry(message, field, entry, source);
    }
    return message;
  }

  private decodeEntry(message: Message, field: DescField, entry: YamlEntry, source: MessageSource): void {
    if (source.fields.has(field.localName)) {
      const names = `\`${field.name}\` and \`${field.jsonName}\``;
      this.report({ source, field, key: undefined }, entry.keyOffset, `${names} are the same field: give one of them`);
      return;
    }
    const { keyOffset, value } = entry;
    if (isNull(value) && !takesNull(field)) return;
    if (field.oneof !== undefined && this.oneofTaken(message, field, entry, source)) return;
    source.fields.set(field.localName, {
      text: source.text,
      keyOffset,
      valueOffset: value.offset,
      items: field.fieldKind === "list" || field.fieldKind === "map" ? new Map() : null,
    });
    if (field.fieldKind === "list") this.decodeList(message, field, value, source);
    else if (field.fieldKind === "map") this.decodeMap(message, field, value, source);
    else {
      const decoded = this.decodeValue({ source, field, key: undefined }, value);
      if (decoded !== undefined) setField(message, field, decoded);
    }
  }

  /** Two fields of a oneof: the file says both, and only one can hold. */
  private oneofTaken(message: Message, field: DescField, entry: YamlEntry, source: MessageSource): boolean {
    const oneof = field.oneof;
    const other = oneof?.fields.find((candidate) => source.fields.has(candidate.localName));
    if (oneof === undefined || other === undefined) return false;
    const line = source.text.lineAndColumn(source.fields.get(other.localName)?.keyOffset ?? 0).line;
    const text = `\`${field.name}\` cannot be set together with \`${other.name}\` (line ${line})`;
    this.report({ source, field, key: undefined }, entry.keyOffset, text);
    if (oneofCase(message, oneof) === undefined) source.broken.add(oneof.localName);
    return true;
  }

  private decodeList(message: Message, field: DescField, node: YamlValue, source: MessageSource): void {
    if (node.kind === "list") {
      for (const [index, item] of node.items.entries()) this.decodeItem(message, field, index, item, source);
      return;
    }
    const text = `expected a list, found ${describeValue(node)}`;
    const hint = listHint(field, node);
    if (!mayBeItem(field, node)) {
      this.report({ source, field, key: undefined }, node.offset, text, hint);
      return;
    }
    // The parser of protobuf's JSON that Envoy uses takes one value for a list of one.
    const path = source.fieldPath(field.name);
    this.problems.warning(source.text, node.offset, path, `${text}: taken for a list of one, as Envoy does`, hint);
    this.decodeItem(message, field, 0, node, source);
  }

  private decodeItem(message: Message, field: DescField, index: number, item: YamlValue, source: MessageSource): void {
    const decoded = this.decodeValue({ source, field, key: index }, item);
    if (decoded === undefined) return;
    const list = getField(message, field) as unknown[];
    source.fields.get(field.localName)?.items?.set(list.length, { text: source.text, offset: item.offset });
    list.push(decoded);
  }

  private decodeMap(message: Message, field: DescField, node: YamlValue, source: MessageSource): void {
    if (node.kind !== "map") {
      const text = `expected a map, found ${describeValue(node)}`;
      this.report({ source, field, key: undefined }, node.offset, text);
      return;
    }
    const map = getField(message, field) as Record<string, unknown>;
    for (const { key, keyOffset, value } of node.entries) {
      const slot = { source, field, key };
      const wrong = mapKeyFault(field, key, keyOffset);
      if (wrong !== null) {
        this.report(slot, keyOffset, `wrong key: ${wrong.message}`, wrong.suggestion);
        continue;
      }
      const decoded = this.decodeValue(slot, value);
      if (decoded === undefined) continue;
      source.fields.get(field.localName)?.items?.set(key, { text: source.text, offset: value.offset });
      // Not an assignment, which would take `__proto__` for the prototype.
      Object.defineProperty(map, key, { value: decoded, writable: true, enumerable: true, configurable: true });
    }
  }

  /** A single value, item or map value, as the message holds it; undefined with a problem when it cannot be read. */
  private decodeValue(slot: Slot, node: YamlValue): unknown {
    const { field, source } = slot;
    const desc = field.message;
    if (desc !== undefined) return this.decodeMessageValue(slot, desc, node);
    if (slot.key !== undefined && isNull(node)) {
      this.report(slot, node.offset, "null cannot stand here");
      return undefined;
    }
    const decoded = field.enum !== undefined ? decodeEnumOrNull(field, node) : decodeScalar(scalarOf(field), node);
    if (!(decoded instanceof Fault)) return decoded;
    this.report({ source, field, key: slot.key }, node.offset, decoded.message, decoded.suggestion);
    return undefined;
  }

  private decodeMessageValue(slot: Slot, desc: DescMessage, node: YamlValue): unknown {
    const { source, field, key } = slot;
    if (isWellKnown(desc) && isUnwrapped(field, desc)) {
      const value = decodeWellKnown(desc, node);
      if (value instanceof Fault) {
        this.report(slot, node.offset, value.message, value.suggestion);
        return undefined;
      }
      return isWrapper(desc) ? valuesOf(value as Message).value : value;
    }
    const path = source.fieldPath(field.name, key);
    const segment = path.slice(source.path === "" ? 0 : source.path.length + 1);
    const message = this.decodeMessage(desc, node, new MessageSource(source.text, node.offset, desc, source, segment));
    if (message === null) markBroken(source, field);
    return message ?? undefined;
  }

  private fieldNamed(desc: DescMessage, name: string): DescField | null {
    let fields = this.fieldsByName.get(desc);
    if (fields === undefined) {
      fields = new Map(desc.fields.flatMap((field) => [field.name, field.jsonName].map((key) => [key, field])));
      this.fieldsByName.set(desc, fields);
    }
    return fields.get(name) ?? null;
  }

  private reportUnknownField(desc: DescMessage, entry: YamlEntry, source: MessageSource): void {
    if (isNewerField(desc.typeName, entry.key)) {
      this.newerFields.push({ source, entry });
      return;
    }
    // Proposals cost time, and nobody reads them by the thousand.
    if (this.problems.isFull) {
      this.problems.error(source.text, entry.keyOffset, source.fieldPath(entry.key), "");
      return;
    }
    const hint = v2FieldHint(desc.typeName, entry.key);
    const unused = desc.fields.filter((field) => !source.fields.has(field.localName)).map((field) => field.name);
    const misplaced = hint === "" ? this.misplacedHint(desc, entry, source) : "";
    const proposal = hint === "" && misplaced === "" ? closestName(entry.key, unused) : null;
    // What the field was probably meant to be is not missing as well.
    for (const field of desc.fields) {
      if (field.name === proposal || hint.includes(`\`${field.name}`)) markBroken(source, field);
    }
    const message = `unknown field \`${entry.key}\` of ${desc.name}`;
    const path = source.fieldPath(entry.key);
    const suggestion = hint + misplaced + didYouMean(proposal);
    this.problems.error(source.text, entry.keyOffset, path, message, suggestion);
  }

  /** For a field of another message that is near: one level further in, or out. */
  private misplacedHint(desc: DescMessage, { key: name, value }: YamlEntry, source: MessageSource): string {
    if (name === "@type") return "only what stands for any message has one, `typed_config` for example: leave it out";
    // Between the brackets of JSON the parser takes it for a part of the key.
    if (/^\/[/*]/.test(name)) return "this is no comment in YAML, also where it is written as JSON: begin it with `#`";
    const { parent } = source;
    if (parent !== null && !isAnyType(parent.desc) && this.fieldNamed(parent.desc, name) !== null) {
      return `\`${name}\` is a field of the ${parent.desc.name} around this ${desc.name}: indent it less`;
    }
    const holders = desc.fields.filter(
      ({ message, fieldKind }) => fieldKind === "message" && message !== undefined && this.hasField(message, name),
    );
    const given = holders.find(({ localName }) => source.fields.has(localName));
    if (given !== undefined) return `\`${name}\` is a field of \`${given.name}\`: indent it more`;
    const [inner] = holders;
    if (inner === undefined) return this.wrapperHint(desc, name, value, source);
    markBroken(source, inner);
    return `\`${name}\` is a field of \`${inner.name}\`: put it in there`;
  }

  /** For a level too many: what stands below the name are this message's own fields. */
  private wrapperHint(desc: DescMessage, name: string, value: YamlValue, source: MessageSource): string {
    if (value.kind !== "map" || value.entries.length === 0) return "";
    const fields = value.entries.map(({ key }) => this.fieldNamed(desc, key));
    if (fields.includes(null)) return "";
    for (const field of fields) if (field !== null) markBroken(source, field);
    return `what stands below it are fields of this ${desc.name}: leave out \`${name}\``;
  }

  private hasField(desc: DescMessage, name: string): boolean {
    return !isAnyType(desc) && !isWellKnown(desc) && this.fieldNamed(desc, name) !== null;
  }

  private report(slot: Slot, offset: number, message: string, suggestion = ""): void {
    const { source, field, key } = slot;
    markBroken(source, field);
    this.problems.error(source.text, offset, source.fieldPath(field.name, key), message, suggestion);
  }
}

function markBroken(source: MessageSource, field: DescField): void {
  source.broken.add(field.localName);
  if (field.oneof !== undefined) source.broken.add(field.oneof.localName);
}

/** Whether a value that stands where a list is expected is of the kind of its items. */
function mayBeItem(field: DescField, node: YamlValue): boolean {
  if (isNull(node)) return false;
  if (field.message === undefined) return node.kind === "scalar";
  return node.kind === "map" || isWellKnown(field.message);
}

function isNull(node: YamlValue): boolean {
  return node.kind === "scalar" && node.value === null && !node.quoted;
}

/** Null leaves a field unset, but for the two types that have a value for it. */
function takesNull(field: DescField): boolean {
  return field.message?.typeName === "google.protobuf.Value" || isNullEnum(field);
}

function isNullEnum(field: DescField): boolean {
  return field.enum?.typeName === "google.protobuf.NullValue";
}

function decodeEnumOrNull(field: DescField, node: YamlValue): unknown {
  if (isNull(node) && isNullEnum(field)) return 0;
  return field.enum === undefined ? undefined : decodeEnum(field.enum, node);
}

function scalarOf(field: DescField): ScalarType {
  return field.scalar ?? ScalarType.STRING;
}

function isAnyType(desc: DescMessage): boolean {
  return desc.typeName === "google.protobuf.Any";
}

function isStruct(desc: DescMessage): boolean {
  return desc.typeName === "google.protobuf.Struct";
}

/** Keys are text in JSON whatever their type. */
function mapKeyFault(field: DescField, key: string, offset: number): Fault | null {
  if (field.fieldKind !== "map" || field.mapKey === ScalarType.STRING) return null;
  const isBool = field.mapKey === ScalarType.BOOL;
  const value = isBool && (key === "true" || key === "false") ? key === "true" : key;
  const decoded = decodeScalar(field.mapKey, { kind: "scalar", offset, value, source: key, quoted: true });
  return decoded instanceof Fault ? decoded : null;
}
