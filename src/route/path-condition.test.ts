import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compilePathCondition } from "./path-condition.js";
import { matchInput } from "./route.test.support.js";
import type { PathMatchConfig } from "./route-config.js";

function matches(path: PathMatchConfig, caseSensitive: boolean, requestPath: string): boolean {
  return compilePathCondition({ path, caseSensitive }).matches(matchInput({ path: requestPath }));
}

describe("path specifiers", () => {
  const cases: readonly (readonly [
    kind: PathMatchConfig["kind"],
    value: string,
    good: readonly string[],
    bad: readonly string[],
  ])[] = [
    ["prefix", "/a", ["/a", "/ab", "/a/b"], ["/", "/A", "a", "/b/a", ""]],
    ["prefix", "/", ["/", "/anything", "*"], [""]],
    ["path", "/a", ["/a"], ["/a/", "/ab", "/A", "/"]],
    ["pathSeparatedPrefix", "/a", ["/a", "/a/", "/a/b"], ["/ab", "/A", "/a.b", "/"]],
    ["pathSeparatedPrefix", "/a/b", ["/a/b", "/a/b/c"], ["/a", "/a/", "/a/bc"]],
  ];
  for (const [kind, value, good, bad] of cases) {
    test(`${kind} ${value}`, () => {
      for (const path of good) assert.ok(matches({ kind, value }, true, path), path);
      for (const path of bad) assert.ok(!matches({ kind, value }, true, path), path);
    });

    test(`${kind} ${value}, in any case`, () => {
      for (const path of good) {
        assert.ok(matches({ kind, value: value.toUpperCase() }, false, path), path);
        assert.ok(matches({ kind, value }, false, path.toUpperCase()), path);
      }
    });
  }
});
