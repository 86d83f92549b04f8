import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { fieldPath, itemPath } from "./field-path.js";
import type { SourceText } from "./source-text.js";

/** Where something stands. Line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An offset and the text it counts in. */
export interface Place {
  readonly text: SourceText;
  readonly offset: number;
}

/** Where a field stands in the text. */
export interface FieldSource {
  /** Differs from the message's own text when `--config-yaml` added the field. */
  readonly text: SourceText;
  readonly keyOffset: number;
  readonly valueOffset: number;
  /** Where each item of a list, or each value of a map, is; null for other fields. */
  readonly items: Map<number | string, Place> | null;
}

/** Where a message stands, and its fields. */
export class MessageSource {
  readonly text: SourceText;
  readonly offset: number;
  readonly desc: DescMessage;
  readonly parent: MessageSource | null;
  /** From the parent's path to this one's: `address`, `listeners[2]`; empty for what an `Any` holds. */
  segment: string;
  /** The message that stands there; null until it is there, and when it could not be read. */
  message: Message | null = null;
  /** By local name: the fields that the text sets, also when their value was no good. */
  readonly fields = new Map<string, FieldSource>();
  /** Local names of the fields with an error: what follows from it needs no second one. */
  readonly broken = new Set<string>();

  constructor(text: SourceText, offset: number, desc: DescMessage, parent: MessageSource | null, segment: string) {
    this.text = text;
    this.offset = offset;
    this.desc = desc;
    this.parent = parent;
    this.segment = segment;
  }

  get path(): string {
    return this.parent === null ? this.segment : fieldPath(this.parent.path, this.segment);
  }

  /** Path of a field by its proto name. */
  fieldPath(name: string, key?: number | string): string {
    return fieldPath(this.path, key === undefined ? name : itemPath(name, key));
  }
}

/** A message that an `Any` holds. */
export interface Unpacked {
  readonly desc: DescMessage;
  readonly message: Message;
}

/** Leads from any decoded message, and any of its fields, to the line it came from. */
export class SourceMap {
  // Not weak: the messages live as long as this, and weak maps of this size keep the collector busy.
  private readonly sources = new Map<Message, MessageSource>();
  private readonly inner = new Map<Message, Unpacked>();

  record(message: Message, source: MessageSource): void {
    this.sources.set(message, source);
    source.message = message;
  }

  recordUnpacked(any: Any, unpacked: Unpacked): void {
    this.inner.set(any, unpacked);
  }

  /** What an `Any` holds; null when its type is not known. The `value` of a decoded `Any` stays empty. */
  unpacked(any: Any): Unpacked | null {
    return this.inner.get(any) ?? null;
  }

  /** Null for messages that no text stands for. */
  source(message: Message): MessageSource | null {
    return this.sources.get(message) ?? null;
  }

  /** Whether the text sets the field, be it to its default. */
  has(message: Message, localName: string): boolean {
    return this.sources.get(message)?.fields.has(localName) ?? false;
  }

  /** Whether a field of the text had an error, so that its value is not the one that is meant. */
  isBroken(message: Message, localName: string): boolean {
    return this.sources.get(message)?.broken.has(localName) ?? false;
  }

  /** The value of a field, or of an item of it; of the whole message without a field, or when the field is not set. */
  position(message: Message, localName?: string, key?: number | string): SourcePosition | null {
    const source = this.sources.get(message);
    if (source === undefined) return null;
    const place = placeIn(source, localName, key);
    return { file: place.text.file, ...place.text.lineAndColumn(place.offset) };
  }

  /** Path from the root in proto names: `static_resources.clusters[0].name`. */
  path(message: Message, localName?: string, key?: number | string): string {
    const source = this.sources.get(message);
    if (source === undefined) return "";
    return localName === undefined ? source.path : source.fieldPath(protoName(source.desc, localName), key);
  }
}

/** A field's value or an item of it; the message itself when the text does not set the field. */
export function placeIn(source: MessageSource, localName?: string, key?: number | string): Place {
  const field = localName === undefined ? undefined : source.fields.get(localName);
  if (field === undefined) return { text: source.text, offset: source.offset };
  const item = key === undefined ? undefined : field.items?.get(key);
  return item ?? { text: field.text, offset: field.valueOffset };
}

/** Where a problem is shown: as `placeIn`, but a field whose value begins on a later line is shown by its name. */
export function problemPlace(source: MessageSource, localName?: string, key?: number | string): Place {
  const place = placeIn(source, localName, key);
  const field = localName === undefined ? undefined : source.fields.get(localName);
  if (field === undefined || place.offset !== field.valueOffset || place.text !== field.text) return place;
  const between = field.text.text.slice(field.keyOffset, field.valueOffset);
  return between.includes("\n") ? { text: field.text, offset: field.keyOffset } : place;
}

/** Of a field or a oneof. */
export function protoName(desc: DescMessage, localName: string): string {
  return (
    desc.members.find((member) => member.localName === localName)?.name ?? desc.field[localName]?.name ?? localName
  );
}
