import { create, type DescMessage, fromJson, type JsonObject, type JsonValue, type Message } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import { didYouMean, Fault } from "./fault.js";
import { isWrapper, valuesOf } from "./message-access.js";
import { decodeScalar } from "./scalar-decoder.js";
import { describeValue, type YamlMap, type YamlScalar, type YamlValue } from "./yaml-value.js";

/** Seconds of 10,000 years: the range of `google.protobuf.Duration`. */
const MAX_DURATION_SECONDS = 315_576_000_000n;
const MAX_NANOS = 999_999_999;
const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86400 };

/** Message types whose JSON form is not a map of their fields. `Any` has a decoder of its own. */
export function isWellKnown(desc: DescMessage): boolean {
  return isWrapper(desc) || desc.typeName in DECODERS;
}

/**
 * Reads such a type. The result is the message, or a `JsonObject` for `Struct`: callers unwrap wrappers where the
 * generated types do.
 */
export function decodeWellKnown(desc: DescMessage, node: YamlValue): Message | JsonObject | Fault {
  const decoder = isWrapper(desc) ? decodeWrapper : DECODERS[desc.typeName];
  return decoder === undefined ? new Fault(`${desc.typeName} cannot be read`) : decoder(desc, node);
}

/** A document's value as plain JSON; what JSON cannot say is a fault. */
export function jsonOf(node: YamlValue): JsonValue | Fault {
  if (node.kind === "scalar") return jsonScalar(node);
  if (node.kind === "list") {
    const items: JsonValue[] = [];
    for (const item of node.items) {
      const value = jsonOf(item);
      if (value instanceof Fault) return value;
      items.push(value);
    }
    return items;
  }
  const members: [string, JsonValue][] = [];
  for (const entry of node.entries) {
    const value = jsonOf(entry.value);
    if (value instanceof Fault) return value;
    members.push([entry.key, value]);
  }
  // `__proto__` becomes an own member.
  return Object.fromEntries(members);
}

function jsonScalar(node: YamlScalar): JsonValue | Fault {
  if (typeof node.value === "bigint") {
    const number = Number(node.value);
    // A Struct holds doubles; Envoy keeps larger integers as text rather than round them.
    return Number.isSafeInteger(number) ? number : node.source;
  }
  if (typeof node.value === "number" && !Number.isFinite(node.value)) {
    return new Fault(`${node.source} is not a JSON value`);
  }
  return node.value;
}

type Decoder = (desc: DescMessage, node: YamlValue) => Message | JsonObject | Fault;

const DECODERS: Readonly<Record<string, Decoder>> = {
  "google.protobuf.Duration": decodeDuration,
  "google.protobuf.Timestamp": decodeTimestamp,
  "google.protobuf.FieldMask": decodeFieldMask,
  "google.protobuf.Struct": decodeStruct,
  "google.protobuf.Value": decodeByJson,
  "google.protobuf.ListValue": decodeListValue,
};

function decodeWrapper(desc: DescMessage, node: YamlValue): Message | Fault {
  if (node.kind === "map") return decodeFieldMap(desc, node);
  const field = desc.fields[0];
  if (field?.scalar === undefined) return new Fault(`${desc.typeName} cannot be read`);
  const value = decodeScalar(field.scalar, node);
  if (value instanceof Fault) return value;
  const message = create(desc);
  valuesOf(message)[field.localName] = value;
  return message;
}

/**
 * The fields themselves in place of the JSON form: `{ seconds: 30 }`. Protobuf's own parser, and so Envoy, takes that too,
 * and many configurations have it.
 */
function decodeFieldMap(desc: DescMessage, node: YamlMap): Message | Fault {
  const message = create(desc);
  for (const { key, value } of node.entries) {
    const field = desc.fields.find(({ name }) => name === key);
    if (field?.scalar === undefined) {
      const names = desc.fields.map(({ name }) => `\`${name}\``).join(" and ");
      return new Fault(`${desc.typeName} has no field \`${key}\`, only ${names}`);
    }
    const decoded = decodeScalar(field.scalar, value);
    if (decoded instanceof Fault) return decoded;
    valuesOf(message)[field.localName] = decoded;
  }
  return message;
}

function decodeDuration(desc: DescMessage, node: YamlValue): Message | Fault {
  if (node.kind === "map") return checkedDuration(decodeFieldMap(desc, node));
  const text = textOf(node);
  const match = text === null ? null : /^(-?)(\d{1,20})(?:\.(\d{1,9}))?s$/.exec(text);
  if (match === null) {
    const message = `expected a duration such as "1.5s", found ${describeValue(node)}`;
    return new Fault(message, didYouMean(durationMeant(node)));
  }
  const seconds = BigInt(match[2] ?? "0");
  if (seconds > MAX_DURATION_SECONDS) return new Fault(`${text} is longer than a duration can be`);
  const nanos = Number((match[3] ?? "").padEnd(9, "0"));
  const negative = match[1] === "-";
  // Zero is never negative: `-0s` is 0.
  return withFields(desc, {
    seconds: negative ? -seconds : seconds,
    nanos: negative && nanos !== 0 ? -nanos : nanos,
  });
}

function checkedDuration(duration: Message | Fault): Message | Fault {
  if (duration instanceof Fault) return duration;
  const { seconds, nanos } = duration as Duration;
  if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) {
    return new Fault(`${seconds} seconds are longer than a duration can be`);
  }
  if (Math.abs(nanos) > MAX_NANOS) return new Fault(`${nanos} nanos are a second or more`);
  const signsDiffer = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  return signsDiffer ? new Fault("seconds and nanos of a duration have the same sign") : duration;
}

/** `5`, `250ms` and `1m` are how others write durations. */
function durationMeant(node: YamlValue): string | null {
  if (node.kind !== "scalar") return null;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|sec|m|min|h|d)?$/i.exec(node.source);
  if (match === null) return null;
  const seconds = Number(match[1]) * (UNIT_SECONDS[(match[2] ?? "s").toLowerCase()] ?? 1);
  const rounded = Number(seconds.toFixed(9));
  return Number.isSafeInteger(Math.trunc(rounded)) ? `${rounded}s` : null;
}

/** RFC 3339, from year 1 to 9999. */
function decodeTimestamp(desc: DescMessage, node: YamlValue): Message | Fault {
  const fault = new Fault(`expected a time such as "2024-05-01T12:00:00Z", found ${describeValue(node)}`);
  const text = textOf(node);
  const pattern = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;
  const match = text === null ? null : pattern.exec(text);
  if (match === null) return fault;
  const millis = Date.parse(`${match[1]}${match[3]}`.toUpperCase());
  const firstMillis = Date.parse("0001-01-01T00:00:00Z");
  if (!(millis >= firstMillis)) return fault;
  return withFields(desc, { seconds: BigInt(millis / 1000), nanos: Number((match[2] ?? "").padEnd(9, "0")) });
}

/** `fooBar,bazQux.x`: camel case in JSON, snake case in the message. */
function decodeFieldMask(desc: DescMessage, node: YamlValue): Message | Fault {
  const text = textOf(node);
  if (text === null) return new Fault(`expected field names separated by commas, found ${describeValue(node)}`);
  const paths = text === "" ? [] : text.split(",");
  return withFields(desc, { paths: paths.map((path) => path.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)) });
}

function decodeStruct(_desc: DescMessage, node: YamlValue): JsonObject | Fault {
  if (node.kind !== "map") return new Fault(`expected a map, found ${describeValue(node)}`);
  const json = jsonOf(node);
  return json instanceof Fault ? json : (json as JsonObject);
}

function decodeListValue(desc: DescMessage, node: YamlValue): Message | JsonObject | Fault {
  return node.kind === "list" ? decodeByJson(desc, node) : new Fault(`expected a list, found ${describeValue(node)}`);
}

function decodeByJson(desc: DescMessage, node: YamlValue): Message | Fault {
  const json = jsonOf(node);
  return json instanceof Fault ? json : fromJson(desc, json);
}

function textOf(node: YamlValue): string | null {
  return node.kind === "scalar" && typeof node.value === "string" ? node.value : null;
}

function withFields(desc: DescMessage, fields: Readonly<Record<string, unknown>>): Message {
  const message = create(desc);
  Object.assign(valuesOf(message), fields);
  return message;
}
