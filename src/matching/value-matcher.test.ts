import assert from "node:assert/strict";
import { test } from "node:test";
import { compileValueMatcher } from "./value-matcher.js";
import type { ValueMatcherConfig } from "./value-matcher-config.js";

const TEXT: ValueMatcherConfig = { kind: "string", matcher: { kind: "exact", value: "é", ignoreCase: false } };

const CASES: readonly (readonly [ValueMatcherConfig, readonly unknown[], readonly unknown[]])[] = [
  [{ kind: "null" }, [null], [undefined, 0, "", "null"]],
  [{ kind: "number", value: 1 }, [1], ["1", 1.5, true, undefined]],
  [{ kind: "range", start: 1, end: 2 }, [1, 1.9], [2, 0.9, "1", undefined]],
  [{ kind: "bool", value: false }, [false], [true, 0, null, undefined]],
  [TEXT, ["é"], ["e", 1, ["é"], undefined]],
  [{ kind: "present", present: true }, [null, 0, "", false, [], {}], [undefined]],
  [{ kind: "present", present: false }, [], [undefined, null, 1]],
  [{ kind: "item", matcher: TEXT }, [["é"], [1, "é"]], ["é", [], [["é"]], undefined]],
  [{ kind: "or", matchers: [TEXT, { kind: "null" }] }, ["é", null], ["e", undefined]],
];

test("values of metadata (envoy.type.matcher.v3.ValueMatcher)", () => {
  for (const [config, good, bad] of CASES) {
    const matcher = compileValueMatcher(config);
    for (const value of good) assert.ok(matcher.matches(value), `${matcher.describe()}: ${JSON.stringify(value)}`);
    for (const value of bad) assert.ok(!matcher.matches(value), `${matcher.describe()}: ${JSON.stringify(value)}`);
  }
});
