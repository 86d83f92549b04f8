import assert from "node:assert/strict";
import { test } from "node:test";
import { toJson } from "@bufbuild/protobuf";
import { decode } from "./decoding.test.support.js";
import { DescriptorStore } from "./descriptor-store.js";

const GOOD: readonly (readonly [string, string, unknown])[] = [
  ["Duration", "1s", "1s"],
  ["Duration", "1.5s", "1.500s"],
  ["Duration", '"-0.000000001s"', "-0.000000001s"],
  ["Duration", "0s", "0s"],
  ["Duration", "{ seconds: 30 }", "30s"],
  ["Duration", '{ seconds: "-1", nanos: -500000000 }', "-1.500s"],
  ["Duration", "{}", "0s"],
  ["UInt32Value", "{ value: 5 }", 5],
  ["Timestamp", "2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"],
  ["Timestamp", "2024-05-01T14:00:00.25+02:00", "2024-05-01T12:00:00.250Z"],
  ["FieldMask", "fooBar,baz.quxX", "fooBar,baz.quxX"],
  ["Struct", "{ a: 1, b: [true, null], __proto__: x }", { a: 1, b: [true, null], ["__proto__"]: "x" }],
  ["Value", "null", null],
  ["Value", "[1]", [1]],
  ["ListValue", "[1, { a: x }]", [1, { a: "x" }]],
  ["UInt32Value", "5", 5],
  ["BoolValue", "true", true],
  ["StringValue", "x", "x"],
  ["Int64Value", '"5"', "5"],
  ["Empty", "{}", {}],
];

test("well-known types have their own JSON forms", () => {
  for (const [name, text, expected] of GOOD) {
    const { message, lines } = decode(`google.protobuf.${name}`, text);
    assert.deepEqual(lines, [], text);
    assert.ok(message !== null, text);
    const desc = DescriptorStore.packed().requireMessage(`google.protobuf.${name}`);
    assert.deepEqual(toJson(desc, message), expected, `${name} ${text}`);
  }
});

const BAD: readonly (readonly [string, string, string])[] = [
  ["Duration", "5", '1:1: expected a duration such as "1.5s", found the number 5 -> did you mean `5s`?'],
  ["Duration", "250ms", '1:1: expected a duration such as "1.5s", found the string "250ms" -> did you mean `0.25s`?'],
  ["Duration", "5m", '1:1: expected a duration such as "1.5s", found the string "5m" -> did you mean `300s`?'],
  ["Duration", "soon", '1:1: expected a duration such as "1.5s", found the string "soon"'],
  [
    "Duration",
    "1.0000000001s",
    '1:1: expected a duration such as "1.5s", found the string "1.0000000001s" -> did you mean `1s`?',
  ],
  ["Duration", "315576000001s", "1:1: 315576000001s is longer than a duration can be"],
  ["Duration", "{ second: 1 }", "1:1: google.protobuf.Duration has no field `second`, only `seconds` and `nanos`"],
  ["Duration", "{ seconds: 1.5 }", "1:1: expected an integer, found the number 1.5"],
  ["Duration", "{ nanos: 1000000000 }", "1:1: 1000000000 nanos are a second or more"],
  ["Duration", "{ seconds: 1, nanos: -1 }", "1:1: seconds and nanos of a duration have the same sign"],
  ["Duration", "{ seconds: 315576000001 }", "1:1: 315576000001 seconds are longer than a duration can be"],
  ["Timestamp", "2024-05-01", '1:1: expected a time such as "2024-05-01T12:00:00Z", found the string "2024-05-01"'],
  [
    "Timestamp",
    "2024-13-01T00:00:00Z",
    '1:1: expected a time such as "2024-05-01T12:00:00Z", found the string "2024-13-01T00:00:00Z"',
  ],
  ["FieldMask", "[a]", "1:1: expected field names separated by commas, found a list"],
  ["Struct", "[]", "1:1: expected a map, found a list"],
  ["Struct", "{ a: .nan }", "1:1: .nan is not a JSON value"],
  ["ListValue", "{}", "1:1: expected a list, found a map"],
  ["UInt32Value", "-1", "1:1: -1 is out of range for: unsigned 32-bit integer (0 to 4294967295)"],
  ["Empty", "{ a: 1 }", "1:3 a: unknown field `a` of Empty"],
];

test("faults of well-known types", () => {
  for (const [name, text, expected] of BAD) {
    assert.deepEqual(decode(`google.protobuf.${name}`, text).lines, [expected], `${name} ${text}`);
  }
});

test("integers in a Struct that a double cannot hold stay text", () => {
  const { message } = decode("envoy.config.core.v3.Node", "metadata: { a: 9007199254740993, b: 5 }");
  assert.deepEqual((message as unknown as { metadata: unknown }).metadata, { a: "9007199254740993", b: 5 });
});
