import type { DescField, Message } from "@bufbuild/protobuf";
import { getField, isMessageValue, setField } from "./message-access.js";
import type { FieldSource, MessageSource, SourceMap } from "./source-map.js";
import { isWellKnown } from "./well-known-decoder.js";

/**
 * Merges `from` into `into` as protobuf does, which is what Envoy does with `--config-yaml`: messages are merged field
 * by field, lists appended, maps by key, all else replaced. Durations, wrappers and `Any` count as single values.
 * The source map follows, so that every field still leads to the text it came from.
 */
export function mergeMessage(into: Message, from: Message, sourceMap: SourceMap): void {
  const target = sourceMap.source(into);
  const added = sourceMap.source(from);
  if (target === null || added === null) return;
  for (const name of added.broken) target.broken.add(name);
  for (const field of target.desc.fields) {
    const source = added.fields.get(field.localName);
    if (source === undefined) continue;
    if (field.fieldKind === "list") appendList(into, from, field, sourceMap, target, source);
    else if (field.fieldKind === "map") mergeMap(into, from, field, target, source);
    else mergeSingle(into, from, field, sourceMap, target, source);
  }
}

function mergeSingle(
  into: Message,
  from: Message,
  field: DescField,
  sourceMap: SourceMap,
  target: MessageSource,
  source: FieldSource,
): void {
  const value = getField(from, field);
  const old = getField(into, field);
  if (isMessageValue(old) && isMessageValue(value) && isMergeable(field)) {
    mergeMessage(old, value, sourceMap);
    return;
  }
  if (value === undefined) return;
  for (const sibling of field.oneof?.fields ?? []) target.fields.delete(sibling.localName);
  setField(into, field, value);
  target.fields.set(field.localName, source);
}

function appendList(
  into: Message,
  from: Message,
  field: DescField,
  sourceMap: SourceMap,
  target: MessageSource,
  source: FieldSource,
): void {
  const list = getField(into, field) as unknown[];
  const first = list.length;
  // The list as a whole is where the first text has it; each item leads to its own text.
  const merged = target.fields.get(field.localName) ?? source;
  for (const [index, item] of (getField(from, field) as unknown[]).entries()) {
    list.push(item);
    const place = source.items?.get(index);
    if (place !== undefined) merged.items?.set(first + index, place);
    const itemSource = isMessageValue(item) ? sourceMap.source(item) : null;
    if (itemSource !== null) itemSource.segment = `${field.name}[${first + index}]`;
  }
  target.fields.set(field.localName, merged);
}

function mergeMap(into: Message, from: Message, field: DescField, target: MessageSource, source: FieldSource): void {
  const map = getField(into, field) as object;
  const added = getField(from, field) as Record<string, unknown>;
  for (const key of Object.keys(added)) {
    const value = added[key];
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  }
  const merged = target.fields.get(field.localName) ?? source;
  for (const [key, place] of source.items ?? []) merged.items?.set(key, place);
  target.fields.set(field.localName, merged);
}

function isMergeable(field: DescField): boolean {
  const desc = field.message;
  return desc !== undefined && desc.typeName !== "google.protobuf.Any" && !isWellKnown(desc);
}
