import assert from "node:assert/strict";
import { test } from "node:test";
import { RegexSubstitution, regexGroupCount, substitutionFault } from "./regex-substitution.js";

function replaced(pattern: string, substitution: string, text: string): string {
  return new RegexSubstitution({ pattern, substitution }).replaceAll(text);
}

test("every match is replaced, as RE2 does it", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["a", "b", "xaxa", "xbxb"],
    ["a", "b", "xyz", "xyz"],
    ["", "-", "ab", "-a-b-"],
    ["b*", "-", "abc", "-a-c-"],
    ["^", "x", "aa", "xaa"],
    ["$", "x", "aa", "aax"],
    ["(a)(b)?", "[\\1\\2]", "aba", "[ab][a]"],
    ["a+", "<\\0>", "caat", "c<aa>t"],
    ["a", "\\\\", "cat", "c\\t"],
    ["/[0-9]+", "", "/1/a/22", "/a"],
  ];
  for (const [pattern, substitution, text, expected] of cases) {
    assert.equal(replaced(pattern, substitution, text), expected, `${pattern} ${substitution} ${text}`);
  }
});

test("substitutions that mean nothing", () => {
  assert.equal(substitutionFault("\\0\\1\\\\", 1), null);
  assert.match(substitutionFault("\\2", 1) ?? "", /the pattern has 1/);
  assert.match(substitutionFault("a\\", 1) ?? "", /at the end/);
  assert.match(substitutionFault("\\x", 1) ?? "", /stands for nothing/);
  assert.equal(regexGroupCount("(a)(?:b)(?P<c>c)"), 2);
});

test("time does not explode", () => {
  const text = `${"a".repeat(20_000)}!`;
  assert.equal(replaced("^(a+)+$", "x", text), text);
});
