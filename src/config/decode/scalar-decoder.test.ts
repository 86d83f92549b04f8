import assert from "node:assert/strict";
import { test } from "node:test";
import { ScalarType } from "@bufbuild/protobuf";
import { parse } from "./decoding.test.support.js";
import { Fault } from "./fault.js";
import { decodeScalar } from "./scalar-decoder.js";

const { BOOL, BYTES, DOUBLE, FLOAT, INT32, INT64, STRING, UINT32, UINT64 } = ScalarType;

function decoded(type: ScalarType, text: string): unknown {
  const { value } = parse(text);
  assert.ok(value !== null, text);
  return decodeScalar(type, value);
}

const GOOD: readonly (readonly [ScalarType, string, unknown])[] = [
  [BOOL, "true", true],
  [BOOL, "false", false],
  [STRING, "x", "x"],
  [STRING, '"5"', "5"],
  [STRING, "1.10", "1.10"],
  [STRING, '"é\\n"', "é\n"],
  [INT32, "-2147483648", -2147483648],
  [INT32, '"12"', 12],
  [INT32, "5.0", 5],
  [INT32, "5e2", 500],
  [INT32, '"5e0"', 5],
  [INT32, "0x10", 16],
  [UINT32, "4294967295", 4294967295],
  [INT64, "-9223372036854775808", -9223372036854775808n],
  [INT64, '"9223372036854775807"', 9223372036854775807n],
  [UINT64, "18446744073709551615", 18446744073709551615n],
  [DOUBLE, "1.5", 1.5],
  [DOUBLE, "2", 2],
  [DOUBLE, '"1e3"', 1000],
  [DOUBLE, ".inf", Number.POSITIVE_INFINITY],
  [DOUBLE, '"Infinity"', Number.POSITIVE_INFINITY],
  [DOUBLE, '"-Infinity"', Number.NEGATIVE_INFINITY],
  [DOUBLE, '"NaN"', Number.NaN],
  [FLOAT, "0.1", Math.fround(0.1)],
  [BYTES, '"aGk="', new Uint8Array([104, 105])],
  [BYTES, "aGk", new Uint8Array([104, 105])],
  [BYTES, "-_8=", new Uint8Array([251, 255])],
  [BYTES, '""', new Uint8Array()],
];

test("scalars by the JSON mapping of proto3", () => {
  for (const [type, text, expected] of GOOD) {
    const value = decoded(type, text);
    assert.deepEqual(value instanceof Uint8Array ? new Uint8Array(value) : value, expected, `${type} ${text}`);
  }
});

const BAD: readonly (readonly [ScalarType, string, string, string])[] = [
  [BOOL, "yes", 'expected true or false, found the string "yes"', "did you mean `true`?"],
  [BOOL, "Off", 'expected true or false, found the string "Off"', "did you mean `false`?"],
  [BOOL, "1", "expected true or false, found the number 1", "did you mean `true`?"],
  [BOOL, "maybe", 'expected true or false, found the string "maybe"', ""],
  [BOOL, "[]", "expected true or false, found a list", ""],
  [STRING, "5", "expected a string, found the number 5", 'put it in quotes: "5"'],
  [STRING, "true", "expected a string, found the boolean true", 'put it in quotes: "true"'],
  [STRING, "{}", "expected a string, found a map", ""],
  [INT32, "2147483648", "2147483648 is out of range for: 32-bit integer (-2147483648 to 2147483647)", ""],
  [UINT32, "-1", "-1 is out of range for: unsigned 32-bit integer (0 to 4294967295)", ""],
  [INT32, "1.5", "expected an integer, found the number 1.5", ""],
  [INT32, "x", 'expected an integer, found the string "x"', ""],
  [INT32, '" 5"', 'expected an integer, found the string " 5"', ""],
  [INT32, ".nan", "expected an integer, found the number .nan", ""],
  [DOUBLE, '"0x10"', 'expected a number, found the string "0x10"', ""],
  [FLOAT, "1e39", "1e39 is out of the range of a float", ""],
  [BYTES, '"a*"', 'expected a base64 string, found the string "a*"', ""],
  [BYTES, '"abcde"', 'expected a base64 string, found the string "abcde"', ""],
  [BYTES, "5", "expected a base64 string, found the number 5", ""],
];

test("scalars that do not fit say what was expected", () => {
  for (const [type, text, message, suggestion] of BAD) {
    assert.deepEqual(decoded(type, text), new Fault(message, suggestion), `${type} ${text}`);
  }
});
