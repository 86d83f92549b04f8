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
 * - `refused(reason)`: an error and not a warning, because ignoring the field would send traffic to the wrong place or
 *   let in what should be kept out.
 * A field that a table does not name is a warning when a configuration sets it.
 */
export type Implementation = true | MessageTable | (() => MessageTable) | Extensions | SameAs | Ignored | Refused;

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

export interface Refused {
  readonly kind: "refused";
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

/** Whether a message is an `Any`, whose own two fields no table describes. */
export function isAny(message: Message): message is Any {
  return message.$typeName === "google.protobuf.Any";
}
