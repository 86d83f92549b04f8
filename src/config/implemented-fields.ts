import type { Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";

/**
 * What Sluice does with a field of a message:
 * - `true`: it is implemented, with all that is below it;
 * - a table, or a function that gives one (for messages that contain themselves): the field is, and the table says how
 *   far its message is;
 * - `extensions(...)`: an `Any`, with the tables of the messages it may hold;
 * - `sameAs(value)`: only this value, which is what Sluice does anyway;
 * - `ignored(reason)`: a warning that says what will be missing;
 * - `values(...)`: an enum, with the names of the values that exist; the converter reports the others;
 * - `refused(reason)`: an error and not a warning, because ignoring the field would send traffic to the wrong place or
 *   let in what should be kept out;
 * - `refusedByConverter(reason)`: as `refused`, where the converter has reported it already, at a better place.
 * A field that a table does not name is a warning when a configuration sets it.
 */
export type Implementation =
  | true
  | MessageTable
  | (() => MessageTable)
  | Extensions
  | SameAs
  | Values
  | Ignored
  | Refused;

/** One table a message type stands next to its converter. The documentation of what is covered is made from them. */
export interface MessageTable<TypeName extends string = string> {
  readonly kind: "message";
  /** Full name of the message type. */
  readonly typeName: TypeName;
  /** By the proto name of the field. */
  readonly fields: Readonly<Record<string, Implementation>>;
}

export interface Extensions {
  readonly kind: "extensions";
  /** By the full name of the message type. Asked for late: registries and tables refer to each other. */
  readonly tables: () => readonly MessageTable[];
}

export interface SameAs {
  readonly kind: "sameAs";
  readonly value: unknown;
}

export interface Ignored {
  readonly kind: "ignored";
  readonly reason: string;
}

export interface Values {
  readonly kind: "values";
  /** Proto names. Asked for late, as they are most often the keys of the converter's own table. */
  readonly names: () => readonly string[];
}

export interface Refused {
  readonly kind: "refused" | "refusedByConverter";
  /** Why, as the end of a sentence. */
  readonly reason: string;
}

/** The table of a message type. The type parameter ties it to the type that the converter takes. */
export function implemented<M extends Message>(
  typeName: M["$typeName"],
  fields: Readonly<Record<string, Implementation>>,
): MessageTable<M["$typeName"]> {
  return { kind: "message", typeName, fields };
}

export function extensions(tables: () => readonly MessageTable[]): Extensions {
  return { kind: "extensions", tables };
}

export function sameAs(value: unknown): SameAs {
  return { kind: "sameAs", value };
}

export function ignored(reason: string): Ignored {
  return { kind: "ignored", reason };
}

export function refused(reason: string): Refused {
  return { kind: "refused", reason };
}

/** The document of what is covered shows the reason; the converter's error says more. */
export function refusedByConverter(reason: string): Refused {
  return { kind: "refusedByConverter", reason };
}

/** @param names the values that exist, or the converter's table with them as keys */
export function values(names: () => readonly string[] | object): Values {
  const list = (): readonly string[] => {
    const given = names();
    return Array.isArray(given) ? given : Object.keys(given);
  };
  return { kind: "values", names: list };
}

/** Whether a message is an `Any`, whose own two fields no table describes. */
export function isAny(message: Message): message is Any {
  return message.$typeName === "google.protobuf.Any";
}
