import assert from "node:assert/strict";
import { test } from "node:test";
import { DynamicMetadata } from "./dynamic-metadata.js";

test("a path leads through structs only", () => {
  const metadata = new DynamicMetadata();
  metadata.set("filter", "a", { b: { c: 1 }, list: [{ c: 2 }] });
  metadata.set("filter", "text", "x");
  assert.equal(metadata.get("filter", ["a", "b", "c"]), 1);
  assert.deepEqual(metadata.get("filter", ["a", "list"]), [{ c: 2 }]);
  assert.equal(metadata.get("filter", ["text"]), "x");
  for (const path of [[], ["b"], ["a", "list", "0"], ["text", "length"], ["a", "constructor"], ["a", "b", "c", "d"]]) {
    assert.equal(metadata.get("filter", path), undefined, path.join("."));
  }
  assert.equal(metadata.get("other", ["a"]), undefined);
});

test("the last value of a key stays", () => {
  const metadata = new DynamicMetadata();
  metadata.set("filter", "a", 1);
  metadata.set("filter", "a", null);
  assert.equal(metadata.get("filter", ["a"]), null);
});
