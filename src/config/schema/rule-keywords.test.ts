import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FieldRules } from "../../gen/validate/validate_pb.js";
import type { JsonSchema } from "./json-schema.js";
import { valueKeywords } from "./rule-keywords.js";

/** Rules as the decoder makes them: defaults on the prototype, what is given as own fields. */
function rules(kind: string, given: object): FieldRules {
  const value = Object.assign(
    Object.create({ in: [], notIn: [], strict: true, wellKnown: { case: undefined } }),
    given,
  );
  return { type: { case: kind, value } } as unknown as FieldRules;
}

describe("constraints as keywords", () => {
  const CASES: readonly (readonly [string, object, JsonSchema])[] = [
    ["string", {}, {}],
    ["string", { minLen: 1n, maxLen: 5n }, { minLength: 1, maxLength: 5 }],
    ["string", { len: 3n }, { minLength: 3, maxLength: 3 }],
    ["string", { minBytes: 5n, maxBytes: 8n }, { minLength: 2, maxLength: 8 }],
    ["string", { prefix: "/a." }, { pattern: "^\\/a\\." }],
    ["string", { pattern: "^a", suffix: "b" }, { allOf: [{ pattern: "^a" }, { pattern: "b$" }] }],
    ["string", { in: ["a"], notIn: ["b"] }, { enum: ["a"], not: { enum: ["b"] } }],
    ["string", { minLen: 2n, ignoreEmpty: true }, { anyOf: [{ maxLength: 0 }, { minLength: 2 }] }],
    ["uint32", { gte: 1, lt: 10 }, { minimum: 1, exclusiveMaximum: 10 }],
    ["uint64", { lte: 5n, notIn: [3n] }, { maximum: 5, not: { enum: [3] } }],
    ["double", { gt: 10, lt: 1 }, { anyOf: [{ exclusiveMinimum: 10 }, { exclusiveMaximum: 1 }] }],
    ["bool", { const: true }, { const: true }],
  ];
  for (const [kind, given, expected] of CASES) {
    const text = JSON.stringify(given, (_key, value) => (typeof value === "bigint" ? Number(value) : value));
    test(`${kind} ${text}`, () => assert.deepEqual(valueKeywords(rules(kind, given)), expected));
  }
});

test("durations: a sign, zero, and nothing but seconds", () => {
  const pattern = (given: object): RegExp => new RegExp(String(valueKeywords(rules("duration", given)).pattern), "u");
  const zero = { seconds: 0n, nanos: 0 };
  for (const text of ["1s", "0.5s", "-1s", "0s"]) assert.match(text, pattern({}), text);
  for (const text of ["1", "1ms", "s", "1.s"]) assert.doesNotMatch(text, pattern({}), text);
  assert.match("0s", pattern({ gte: zero }));
  assert.doesNotMatch("-1s", pattern({ gte: zero }));
  for (const text of ["0s", "0.000s", "-1s"]) assert.doesNotMatch(text, pattern({ gt: zero }), text);
  assert.match("0.001s", pattern({ gt: zero }));
});
