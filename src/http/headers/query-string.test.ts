import assert from "node:assert/strict";
import { test } from "node:test";
import { queryParameter } from "./query-string.js";

const CASES: readonly (readonly [path: string, name: string, value: string | null])[] = [
  ["/", "a", null],
  ["/?", "a", null],
  ["/?a", "a", ""],
  ["/?a=", "a", ""],
  ["/?a=1", "a", "1"],
  ["/?a=1&a=2", "a", "1"],
  ["/?b=1&a=2&c", "a", "2"],
  ["/?b=1&a=2&c", "c", ""],
  ["/?ab=1&a=2", "a", "2"],
  ["/?ba=1", "a", null],
  ["/?a=b=c", "a", "b=c"],
  ["/?a=%41&%61=2", "a", "%41"],
  ["/?%61=2", "a", null],
  ["/?&&a=1", "a", "1"],
  ["/a?x?a=1&a=2", "a", "2"],
  ["/?A=1", "a", null],
  ["/?a=1#f", "a", "1#f"],
];

test("the first value of a parameter, not decoded", () => {
  for (const [path, name, value] of CASES) assert.equal(queryParameter(path, name), value, `${name} in ${path}`);
});
