import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HeaderMatcherConfig, HeaderValueMatchConfig } from "../../matching/string-matcher-config.js";
import { HeaderMap } from "./header-map.js";
import { HeaderMatcher, headerValue, matchesAllHeaders } from "./header-matcher.js";

const EXACT: HeaderValueMatchConfig = { kind: "string", matcher: { kind: "exact", value: "v", ignoreCase: false } };
const EXACT_EMPTY: HeaderValueMatchConfig = {
  kind: "string",
  matcher: { kind: "exact", value: "", ignoreCase: false },
};
const PRESENT: HeaderValueMatchConfig = { kind: "present", present: true };
const ABSENT: HeaderValueMatchConfig = { kind: "present", present: false };

function matcher(value: HeaderValueMatchConfig, parts: Partial<HeaderMatcherConfig> = {}): HeaderMatcher {
  return new HeaderMatcher({ name: "x", value, invert: false, treatMissingAsEmpty: false, ...parts });
}

function headers(...values: readonly string[]): HeaderMap {
  const map = new HeaderMap();
  for (const value of values) map.add("x", value);
  return map;
}

function range(start: bigint, end: bigint): HeaderValueMatchConfig {
  return { kind: "range", start, end };
}

describe("a header matcher", () => {
  test("several values are one, joined with commas", () => {
    const joined: HeaderValueMatchConfig = {
      kind: "string",
      matcher: { kind: "exact", value: "a,b", ignoreCase: false },
    };
    assert.ok(matcher(joined).matches(headers("a", "b")));
    assert.ok(!matcher(joined).matches(headers("a", "c")));
  });

  // missing, with the value, with another one
  const table: readonly (readonly [string, HeaderMatcher, boolean, boolean, boolean])[] = [
    ["a value", matcher(EXACT), false, true, false],
    ["a value, inverted: missing does not match", matcher(EXACT, { invert: true }), false, false, true],
    ["a value, missing is empty", matcher(EXACT, { treatMissingAsEmpty: true }), false, true, false],
    ["both", matcher(EXACT, { invert: true, treatMissingAsEmpty: true }), true, false, true],
    ["empty, missing is empty", matcher(EXACT_EMPTY, { treatMissingAsEmpty: true }), true, false, false],
    ["presence", matcher(PRESENT), false, true, true],
    ["presence, inverted", matcher(PRESENT, { invert: true }), true, false, false],
    ["absence", matcher(ABSENT), true, false, false],
    ["absence, inverted", matcher(ABSENT, { invert: true }), false, true, true],
    ["presence, missing is empty", matcher(PRESENT, { treatMissingAsEmpty: true }), true, true, true],
  ];
  for (const [title, condition, missing, same, other] of table) {
    test(title, () => {
      assert.equal(condition.matches(headers()), missing);
      assert.equal(condition.matches(headers("v")), same);
      assert.equal(condition.matches(headers("w")), other);
    });
  }

  test("a range is of whole numbers, its end not among them", () => {
    const condition = matcher(range(-10n, 10n));
    for (const good of ["-10", "0", "9", "+9", "007", " 5 "]) assert.ok(condition.matches(headers(good)), good);
    for (const bad of ["10", "-11", "", "a", "1.5", "1e0", "0x1", "5a", "-", "+", "--1", "1,2"])
      assert.ok(!condition.matches(headers(bad)), bad);
  });

  test("a range is exact for all 64-bit integers", () => {
    const condition = matcher(range(9_007_199_254_740_993n, 9_223_372_036_854_775_807n));
    assert.ok(condition.matches(headers("9007199254740993")));
    assert.ok(condition.matches(headers("+0009007199254740993")));
    assert.ok(!condition.matches(headers("9007199254740992")));
    assert.ok(condition.matches(headers("9223372036854775806")));
    assert.ok(!condition.matches(headers("9223372036854775807")));
    assert.ok(!condition.matches(headers("-9007199254740993")));
    const negative = matcher(range(-9_223_372_036_854_775_808n, -9_007_199_254_740_993n));
    assert.ok(negative.matches(headers("-9007199254740994")));
    assert.ok(!negative.matches(headers("-9007199254740993")));
    assert.ok(!negative.matches(headers("-99999999999999999999")));
  });

  test("a range takes no value that is no 64-bit integer, however long", () => {
    assert.ok(!matcher(range(0n, 10n)).matches(headers("9".repeat(50_000))));
    assert.ok(matcher(range(0n, 10n)).matches(headers(`${"0".repeat(50_000)}5`)));
  });

  test("pseudo-headers go by their names", () => {
    const request = new HeaderMap();
    request.method = "GET";
    request.path = "/a?b";
    request.authority = "h";
    request.scheme = "http";
    assert.equal(headerValue(request, ":method"), "GET");
    assert.equal(headerValue(request, ":path"), "/a?b");
    assert.equal(headerValue(request, ":authority"), "h");
    assert.equal(headerValue(request, ":scheme"), "http");
    assert.equal(headerValue(request, ":status"), null);
    assert.equal(headerValue(new HeaderMap(), ":path"), null);
    const response = new HeaderMap();
    response.status = 204;
    assert.equal(headerValue(response, ":status"), "204");
  });

  test("all have to match, none always do", () => {
    assert.ok(matchesAllHeaders([], headers()));
    assert.ok(matchesAllHeaders([matcher(EXACT), matcher(PRESENT)], headers("v")));
    assert.ok(!matchesAllHeaders([matcher(PRESENT), matcher(EXACT)], headers("w")));
  });

  test("says what it looks for", () => {
    assert.equal(matcher(EXACT).describe(), 'x: exact "v"');
    assert.equal(
      matcher(range(1n, 2n), { invert: true, treatMissingAsEmpty: true }).describe(),
      "x: not whole number from 1 to before 2, missing is empty",
    );
    assert.equal(matcher(ABSENT).describe(), "x: absent");
  });
});
