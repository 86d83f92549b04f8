import assert from "node:assert/strict";
import { test } from "node:test";
import { regexFault, SafeRegex } from "./safe-regex.js";

test("the whole input has to match; a search asks for a part", () => {
  const regex = new SafeRegex("b+|bc");
  assert.ok(regex.matches("bb"));
  assert.ok(regex.matches("bc"));
  assert.ok(!regex.matches("abb"));
  assert.ok(regex.finds("abbc"));
  assert.ok(!regex.finds("ac"));
});

test("anchors are allowed and change nothing", () => {
  assert.ok(new SafeRegex("^/a$").matches("/a"));
  assert.ok(!new SafeRegex("^/a$").matches("/ab"));
});

/** Backtracking engines need 2^n steps for these. */
const CATASTROPHES: readonly (readonly [pattern: string, input: string])[] = [
  ["^(a+)+$", `${"a".repeat(50_000)}b`],
  ["(a|a)*b", "a".repeat(50_000)],
  ["(a|aa)+$", `${"a".repeat(50_000)}!`],
  ["(.*)*x", "a".repeat(50_000)],
  ["([a-z]+)*[0-9]", "a".repeat(50_000)],
];

test("patterns that stall backtracking engines take linear time", () => {
  // With any backtracking this would never end; the deadline of the test file is the assertion.
  for (const [pattern, input] of CATASTROPHES) assert.ok(!new SafeRegex(pattern).matches(input), pattern);
});

test("a fault says what is wrong and where", () => {
  const faults: readonly (readonly [string, string, number])[] = [
    ["a(b", "missing closing )", -1],
    ["/x/[a", "missing closing ]", 3],
    ["/a**", "invalid nested repetition operator", 2],
    ["/(?=a)", "invalid or unsupported Perl syntax", 1],
    ["(a)\\1", "invalid escape sequence", 3],
    ["a{1001}", "invalid repeat count", 1],
  ];
  for (const [pattern, reason, offset] of faults) assert.deepEqual(regexFault(pattern), { reason, offset }, pattern);
  assert.equal(regexFault("/api/v[0-9]+/(?P<id>[^/]+)"), null);
});
