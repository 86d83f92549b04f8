import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileStringMatcher } from "./string-matcher.js";
import type { StringMatcherConfig } from "./string-matcher-config.js";

type Case = readonly [
  kind: StringMatcherConfig["kind"],
  value: string,
  ignoreCase: boolean,
  good: readonly string[],
  bad: readonly string[],
];

/** As it comes over the wire: UTF-8, each byte a code unit. */
function wire(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

const CASES: readonly Case[] = [
  ["exact", "abc", false, ["abc"], ["abcd", "ab", "ABC", "", " abc"]],
  ["exact", "", false, [""], ["a"]],
  ["exact", "Abc", true, ["abc", "ABC", "aBc"], ["abcd", ""]],
  ["prefix", "ab", false, ["ab", "abc"], ["Ab", "a", "xab"]],
  ["prefix", "AB", true, ["ab", "ABc"], ["a", "xab"]],
  ["suffix", "bc", false, ["bc", "abc"], ["bcd", "c", "aBC"]],
  ["suffix", "bc", true, ["aBC"], ["bcd"]],
  ["contains", "b", false, ["b", "abc"], ["aBc", ""]],
  ["contains", "B", true, ["abc", "B"], ["ac"]],
  ["regex", "a+b?", false, ["a", "aab"], ["aabb", "xa", "", "A"]],
  // `ignore_case` is not for regular expressions.
  ["regex", "a", true, ["a"], ["A"]],
  ["regex", "(?i)a", false, ["a", "A"], ["b"]],
  ["exact", "café", false, [wire("café")], ["caf", "café"]],
  ["suffix", "É", true, [wire("aÉ"), wire("É")], [wire("é")]],
  ["exact", "aÉ", true, [wire("AÉ")], [wire("Aé")]],
  ["regex", "caf.", false, [wire("café"), "cafe"], [wire("caféé")]],
  ["regex", "é", false, [wire("é")], ["é", "e"]],
];

describe("a string matcher (envoy.type.matcher.v3.StringMatcher)", () => {
  for (const [kind, value, ignoreCase, good, bad] of CASES) {
    test(`${kind} ${JSON.stringify(value)}${ignoreCase ? " in any case" : ""}`, () => {
      const matcher = compileStringMatcher({ kind, value, ignoreCase });
      for (const text of good) assert.ok(matcher.matches(text), text);
      for (const text of bad) assert.ok(!matcher.matches(text), text);
    });
  }

  test("says what it looks for", () => {
    const describeOf = (config: StringMatcherConfig) => compileStringMatcher(config).describe();
    assert.equal(describeOf({ kind: "exact", value: "A", ignoreCase: false }), 'exact "A"');
    assert.equal(describeOf({ kind: "prefix", value: "A", ignoreCase: true }), 'prefix "A" in any case');
    assert.equal(describeOf({ kind: "regex", value: "a.", ignoreCase: false }), 'regex "a."');
  });
});
