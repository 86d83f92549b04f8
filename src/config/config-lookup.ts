import type { DescField, Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { getField, isMessageValue } from "./decode/message-access.js";
import type { SourceMap, SourcePosition } from "./decode/source-map.js";

/** A part of a configuration and where it stands. */
export interface ConfigPlace {
  /** From the root: `static_resources.listeners[0]`. */
  readonly path: string;
  /** As it could stand in a file, on one line. */
  readonly value: string;
  readonly position: SourcePosition;
}

const SEGMENT = /([^.[\]]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g;

/**
 * Finds what a path of a configuration names, through messages, lists, maps and what an `Any` holds: for whoever wants to
 * explain a setting. The control plane's; data planes know no paths.
 */
export class ConfigLookup {
  private readonly root: Message;
  private readonly sourceMap: SourceMap;

  constructor(root: Message, sourceMap: SourceMap) {
    this.root = root;
    this.sourceMap = sourceMap;
  }

  /** Null for what the configuration does not set. */
  find(path: string): ConfigPlace | null {
    const found = this.resolve(path);
    if (found === null) return null;
    const { owner, field, key, value } = found;
    const position = this.sourceMap.position(owner, field.localName, key);
    return position === null ? null : { path, value: this.text(value, field), position };
  }

  /** The fields below a path that the configuration sets, by their paths; messages are gone into, lists are not. */
  leaves(path: string): ConfigPlace[] {
    const message = this.messageAt(path);
    const source = message === null ? null : this.sourceMap.source(message);
    if (message === null || source === null) return [];
    return source.desc.fields.flatMap((field) => {
      if (!source.fields.has(field.localName)) return [];
      const below = `${path}.${field.name}`;
      const value = this.unpacked(getField(message, field));
      if (isMessageValue(value) && !isSingleValue(value)) return this.leaves(below);
      const place = this.find(below);
      return place === null ? [] : [place];
    });
  }

  /** How many items a list has; 0 for anything else. */
  length(path: string): number {
    const value = this.resolve(path)?.value;
    return Array.isArray(value) ? value.length : 0;
  }

  /** Full name of the message at a path, of what it holds for an `Any`; empty when there is none. */
  typeName(path: string): string {
    return this.messageAt(path)?.$typeName ?? "";
  }

  private messageAt(path: string): Message | null {
    const value = this.unpacked(this.resolve(path)?.value);
    return isMessageValue(value) ? value : null;
  }

  private resolve(path: string): Found | null {
    let owner: Message = this.root;
    let found: Found | null = null;
    for (const [, name, index, quoted] of path.matchAll(SEGMENT)) {
      if (name !== undefined) {
        if (found !== null) {
          const message = this.unpacked(found.value);
          if (!isMessageValue(message)) return null;
          owner = message;
        }
        found = this.fieldOf(owner, name);
      } else if (found !== null) {
        const key: string | number = index === undefined ? unquote(quoted ?? "") : Number(index);
        const items: Items = found.value as Items;
        const value: unknown = Object.hasOwn(items, key) ? items[key] : undefined;
        found = value === undefined ? null : withItem(found, key, value);
      }
      if (found === null) return null;
    }
    return found;
  }

  private fieldOf(owner: Message, name: string): Found | null {
    const source = this.sourceMap.source(owner);
    const field = source?.desc.fields.find((candidate) => candidate.name === name);
    if (source === null || field === undefined || !source.fields.has(field.localName)) return null;
    const value = getField(owner, field);
    return value === undefined ? null : { owner, field, key: undefined, value };
  }

  private unpacked(value: unknown): unknown {
    if (!isMessageValue(value) || value.$typeName !== "google.protobuf.Any") return value;
    return this.sourceMap.unpacked(value as Any)?.message ?? value;
  }

  private text(value: unknown, field: DescField): string {
    if (Array.isArray(value)) return `[${value.map((item) => this.text(item, field)).join(", ")}]`;
    if (field.enum !== undefined)
      return field.enum.values.find(({ number }) => number === value)?.name ?? String(value);
    if (!isMessageValue(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
    const message = this.unpacked(value) as Message;
    if (isSingleValue(message)) return singleText(message);
    const source = this.sourceMap.source(message);
    if (source === null) return "{}";
    const fields = source.desc.fields.filter(({ localName }) => source.fields.has(localName));
    const parts = fields.map((inner) => `${inner.name}: ${this.text(getField(message, inner), inner)}`);
    return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  }
}

interface Found {
  readonly owner: Message;
  readonly field: DescField;
  readonly key: string | number | undefined;
  readonly value: unknown;
}

type Items = Readonly<Record<string | number, unknown>>;

function withItem(found: Found, key: string | number, value: unknown): Found {
  return { ...found, key, value };
}

function unquote(text: string): string {
  return JSON.parse(`"${text}"`) as string;
}

/** Durations, and wrappers where they are no plain values: inside of a oneof. */
function isSingleValue({ $typeName }: Message): boolean {
  return /^google\.protobuf\.(?:Duration|\w+Value)$/.test($typeName);
}

function singleText(message: Message): string {
  const { seconds, nanos, value } = message as unknown as Readonly<Record<string, unknown>>;
  if (message.$typeName !== "google.protobuf.Duration") return String(value);
  return `${Number(seconds) + Number(nanos) / 1e9}s`;
}
