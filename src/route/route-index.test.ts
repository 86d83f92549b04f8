import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Runtime } from "../common/runtime.js";
import { matchInput, routeMatch } from "./route.test.support.js";
import type { RouteMatchConfig } from "./route-config.js";
import { RouteIndex } from "./route-index.js";
import { RouteMatcher } from "./route-matcher.js";

function matchersOf(matches: readonly RouteMatchConfig[]): RouteMatcher[] {
  return matches.map((match) => new RouteMatcher(match, new Runtime()));
}

/** The index as it is used, and what it has to agree with. */
function indexed(matches: readonly RouteMatchConfig[], target: string, headers: readonly string[] = []): number {
  const input = matchInput({ path: target, headers: headers.map((name): [string, string] => [name, "1"]) });
  return new RouteIndex(matches, matchersOf(matches)).find(input);
}

function oneByOne(matches: readonly RouteMatchConfig[], target: string, headers: readonly string[]): number {
  const input = matchInput({ path: target, headers: headers.map((name): [string, string] => [name, "1"]) });
  return matchersOf(matches).findIndex((matcher) => matcher.matches(input));
}

// Few letters, so that prefixes, cases and nesting meet often.
const text = (maxLength: number) => fc.string({ unit: fc.constantFrom("/", "a", "A", "b", "é"), maxLength });
const path = text(8).map((rest) => `/${rest}`);
const header = fc.constantFrom("x", "y");

const pathMatch = fc.oneof(
  fc.record({ kind: fc.constantFrom("prefix", "path", "pathSeparatedPrefix"), value: path }),
  fc.record({ kind: fc.constant("prefix"), value: fc.constant("") }),
  fc.record({ kind: fc.constant("regex"), value: fc.constantFrom("/a+", "/.*b", ".*", "/(a|b)/?") }),
  fc.constant({ kind: "connect", value: "" }),
) as fc.Arbitrary<RouteMatchConfig["path"]>;

const routeMatches = fc.record({
  path: pathMatch,
  caseSensitive: fc.boolean(),
  header: fc.option(header),
});

function routeMatchOf(parts: {
  readonly path: RouteMatchConfig["path"];
  readonly caseSensitive: boolean;
  readonly header: string | null;
}): RouteMatchConfig {
  const present = { kind: "present", present: true } as const;
  const headers =
    parts.header === null ? [] : [{ name: parts.header, value: present, invert: false, treatMissingAsEmpty: false }];
  return routeMatch({ path: parts.path, caseSensitive: parts.caseSensitive, headers });
}

describe("an index of routes", () => {
  test("finds what trying one by one finds", () => {
    fc.assert(
      fc.property(
        fc.array(routeMatches, { maxLength: 24 }),
        fc.oneof(path, fc.constant("")),
        fc.uniqueArray(header),
        (parts, requestPath, headers) => {
          const matches = parts.map(routeMatchOf);
          const wirePath = Buffer.from(requestPath, "utf8").toString("latin1");
          assert.equal(indexed(matches, wirePath, headers), oneByOne(matches, wirePath, headers));
        },
      ),
      { numRuns: 2_000, seed: 1 },
    );
  });

  test("the order of the list wins over the longer prefix", () => {
    const prefix = (value: string) => routeMatch({ path: { kind: "prefix", value } });
    const exact = (value: string) => routeMatch({ path: { kind: "path", value } });
    assert.equal(indexed([prefix("/"), prefix("/a"), exact("/a")], "/a"), 0);
    assert.equal(indexed([prefix("/a/b"), prefix("/a"), prefix("/")], "/a/b/c"), 0);
    assert.equal(indexed([exact("/a"), prefix("/b"), prefix("/")], "/c"), 2);
    assert.equal(indexed([exact("/a"), prefix("/b")], "/c"), -1);
  });

  test("prefixes nested deeper than there is room for candidates are all tried", () => {
    const matches: RouteMatchConfig[] = [];
    for (let length = 40; length > 0; length--) {
      const value = `/${"a".repeat(length)}`;
      matches.push(routeMatchOf({ path: { kind: "prefix", value }, caseSensitive: true, header: "x" }));
    }
    matches.push(routeMatch({ path: { kind: "path", value: `/${"a".repeat(40)}` }, caseSensitive: false }));
    matches.push(routeMatch({ path: { kind: "regex", value: ".*" } }));
    assert.equal(indexed(matches, `/${"a".repeat(40)}`), 40);
    assert.equal(indexed(matches, `/${"a".repeat(41)}`), 41);
    assert.equal(indexed(matches, `/${"a".repeat(30)}`, ["x"]), 10);
  });

  test("many routes of one path, told apart by a header, are found as one by one", () => {
    const value = fc.constantFrom("a", "b", "c", "A", "");
    const condition = fc.record({
      name: fc.constantFrom("x", "x", "x", "y"),
      kind: fc.constantFrom("exact", "exact", "exact", "prefix"),
      value,
      ignoreCase: fc.constantFrom(false, false, false, true),
      invert: fc.constantFrom(false, false, false, true),
      treatMissingAsEmpty: fc.constantFrom(false, false, false, true),
    });
    const route = fc.record({
      prefix: fc.constantFrom("/", "/", "/a"),
      conditions: fc.array(condition, { maxLength: 2 }),
    });
    const request = fc.record({
      path: fc.constantFrom("/", "/a", "/b"),
      headers: fc.array(fc.tuple(fc.constantFrom("x", "y"), value), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(route, { minLength: 20, maxLength: 80 }), request, (routes, { path: target, headers }) => {
        const matches = routes.map(({ prefix, conditions }) =>
          routeMatch({
            path: { kind: "prefix", value: prefix },
            headers: conditions.map(({ name, kind, ignoreCase, invert, treatMissingAsEmpty, ...rest }) => ({
              name,
              value: { kind: "string", matcher: { kind, value: rest.value, ignoreCase } },
              invert,
              treatMissingAsEmpty,
            })) as RouteMatchConfig["headers"],
          }),
        );
        const matchers = matchersOf(matches);
        const input = matchInput({ path: target, headers });
        const expected = matchers.findIndex((matcher) => matcher.matches(input));
        assert.equal(new RouteIndex(matches, matchers).find(matchInput({ path: target, headers })), expected);
      }),
      { numRuns: 1_000, seed: 1 },
    );
  });

  test("no route at all", () => {
    assert.equal(indexed([], "/"), -1);
  });
});
