import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOnly } from "./path-only.js";

test("the path ends at its query or fragment", () => {
  assert.equal(pathOnly("/a/b"), "/a/b");
  assert.equal(pathOnly("/a?b#c"), "/a");
  assert.equal(pathOnly("/a#b?c"), "/a");
  assert.equal(pathOnly("?a"), "");
  assert.equal(pathOnly(""), "");
  assert.equal(pathOnly("*"), "/");
});
