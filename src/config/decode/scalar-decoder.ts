import { ScalarType } from "@bufbuild/protobuf";
import { didYouMean, Fault } from "./fault.js";
import { describeValue, type YamlScalar, type YamlValue } from "./yaml-value.js";

interface IntegerRange {
  readonly name: string;
  readonly min: bigint;
  readonly max: bigint;
}

const INT32: IntegerRange = { name: "32-bit integer", min: -(2n ** 31n), max: 2n ** 31n - 1n };
const UINT32: IntegerRange = { name: "unsigned 32-bit integer", min: 0n, max: 2n ** 32n - 1n };
const INT64: IntegerRange = { name: "64-bit integer", min: -(2n ** 63n), max: 2n ** 63n - 1n };
const UINT64: IntegerRange = { name: "unsigned 64-bit integer", min: 0n, max: 2n ** 64n - 1n };
const MAX_FLOAT = 3.4028234663852886e38;
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NON_FINITE: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": Number.NEGATIVE_INFINITY };

/** Reads a scalar by the proto3 JSON mapping (https://protobuf.dev/programming-guides/json/). */
export function decodeScalar(type: ScalarType, node: YamlValue): unknown {
  if (node.kind !== "scalar") return new Fault(`expected ${scalarName(type)}, found ${describeValue(node)}`);
  switch (type) {
    case ScalarType.BOOL:
      return decodeBool(node);
    case ScalarType.STRING:
      return decodeString(node);
    case ScalarType.BYTES:
      return decodeBytes(node);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return decodeFloat(type, node);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return smallInteger(INT32, node);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return smallInteger(UINT32, node);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return decodeInteger(INT64, node);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return decodeInteger(UINT64, node);
  }
}

function scalarName(type: ScalarType): string {
  switch (type) {
    case ScalarType.BOOL:
      return "true or false";
    case ScalarType.STRING:
      return "a string";
    case ScalarType.BYTES:
      return "a base64 string";
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return "a number";
    default:
      return "an integer";
  }
}

function decodeBool(node: YamlScalar): boolean | Fault {
  if (typeof node.value === "boolean") return node.value;
  // What YAML 1.1, and so Envoy, took for booleans; in YAML 1.2 these are strings.
  const word = node.source.toLowerCase();
  let meant: string | null = null;
  if (["true", "yes", "on", "y", "1"].includes(word)) meant = "true";
  if (["false", "no", "off", "n", "0"].includes(word)) meant = "false";
  return new Fault(`expected true or false, found ${describeValue(node)}`, didYouMean(meant));
}

function decodeString(node: YamlScalar): string | Fault {
  if (typeof node.value === "string") return node.value;
  // Envoy's YAML reader leaves fractions as text, so files with `version: 1.10` exist.
  if (typeof node.value === "number" && !node.quoted) return node.source;
  return new Fault(`expected a string, found ${describeValue(node)}`, `put it in quotes: "${node.source}"`);
}

/** Standard and URL-safe alphabet, with and without padding. */
function decodeBytes(node: YamlScalar): Uint8Array | Fault {
  if (typeof node.value !== "string") return new Fault(`expected a base64 string, found ${describeValue(node)}`);
  const text = node.value.replace(/-/g, "+").replace(/_/g, "/");
  const content = text.replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(content) || content.length % 4 === 1) {
    return new Fault(`expected a base64 string, found ${describeValue(node)}`);
  }
  return new Uint8Array(Buffer.from(content, "base64"));
}

function decodeFloat(type: ScalarType, node: YamlScalar): number | Fault {
  let value: number | undefined;
  if (typeof node.value === "number") value = node.value;
  else if (typeof node.value === "bigint") value = Number(node.value);
  else if (typeof node.value === "string") {
    value = NON_FINITE[node.value] ?? (DECIMAL.test(node.value) ? Number(node.value) : undefined);
  }
  if (value === undefined) return new Fault(`expected a number, found ${describeValue(node)}`);
  if (type === ScalarType.DOUBLE || !Number.isFinite(value)) return value;
  return Math.abs(value) > MAX_FLOAT ? new Fault(`${node.source} is out of the range of a float`) : Math.fround(value);
}

function smallInteger(range: IntegerRange, node: YamlScalar): number | Fault {
  const value = decodeInteger(range, node);
  return value instanceof Fault ? value : Number(value);
}

function decodeInteger(range: IntegerRange, node: YamlScalar): bigint | Fault {
  const value = integerOf(node);
  if (value === null) return new Fault(`expected an integer, found ${describeValue(node)}`);
  if (value >= range.min && value <= range.max) return value;
  return new Fault(`${node.source} is out of range for: ${range.name} (${range.min} to ${range.max})`);
}

/** JSON knows one kind of number: 5.0 and 5e0 are integers, and any of them may stand in a string. */
function integerOf(node: YamlScalar): bigint | null {
  if (typeof node.value === "bigint") return node.value;
  let value = Number.NaN;
  if (typeof node.value === "number") value = node.value;
  else if (typeof node.value === "string") {
    if (/^-?\d{1,40}$/.test(node.value)) return BigInt(node.value);
    if (DECIMAL.test(node.value)) value = Number(node.value);
  }
  return Number.isInteger(value) ? BigInt(value) : null;
}
