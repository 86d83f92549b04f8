import type { DescField, DescMessage, DescOneof, Message } from "@bufbuild/protobuf";

/**
 * Fields of a message by descriptor, in the representation of the generated types: wrappers unwrapped, `Struct` as a
 * plain object. protobuf-es has this as `reflect`, which re-wraps and re-checks every value.
 */
export type FieldValues = Record<string, unknown>;

interface OneofValue {
  readonly case: string | undefined;
  readonly value?: unknown;
}

/** The message as a record of its fields' local names. */
export function valuesOf(message: Message): FieldValues {
  return message as unknown as FieldValues;
}

export function getField(message: Message, field: DescField): unknown {
  if (field.oneof === undefined) return valuesOf(message)[field.localName];
  const oneof = oneofValue(message, field.oneof);
  return oneof.case === field.localName ? oneof.value : undefined;
}

export function setField(message: Message, field: DescField, value: unknown): void {
  if (field.oneof === undefined) valuesOf(message)[field.localName] = value;
  else valuesOf(message)[field.oneof.localName] = { case: field.localName, value };
}

/** The local name of the field of a oneof that is set. */
export function oneofCase(message: Message, oneof: DescOneof): string | undefined {
  return oneofValue(message, oneof).case;
}

function oneofValue(message: Message, oneof: DescOneof): OneofValue {
  return valuesOf(message)[oneof.localName] as OneofValue;
}

/** Whether a value is a message of the given shape and not one of the plain representations. */
export function isMessageValue(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
}

/** Fields whose value in a message is not the message of their type: wrappers, `Struct`. */
export function isUnwrapped(field: DescField, desc: DescMessage): boolean {
  if (desc.typeName === "google.protobuf.Struct") return field.parent.typeName !== "google.protobuf.Value";
  return field.fieldKind === "message" && field.oneof === undefined && isWrapper(desc);
}

/** The types of google/protobuf/wrappers.proto. */
export function isWrapper(desc: DescMessage): boolean {
  return desc.file.proto.name === "google/protobuf/wrappers.proto";
}
