import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderMap } from "../headers/header-map.js";
import { applyHeaderRules, type HeaderAppendAction, HeaderRule } from "./header-rule.js";
import { finishedContext } from "./log-context.test.support.js";

function applied(
  action: HeaderAppendAction,
  before: readonly string[],
  value = "new",
  keepEmptyValue = false,
): string[] {
  const headers = new HeaderMap();
  for (const old of before) headers.add("x-a", old);
  applyHeaderRules([new HeaderRule({ name: "x-a", value, action, keepEmptyValue })], headers, finishedContext());
  return Array.from({ length: headers.size }, (_, i) => `${headers.nameAt(i)}: ${headers.valueAt(i)}`);
}

test("append", () => {
  assert.deepEqual(applied("append", []), ["x-a: new"]);
  assert.deepEqual(applied("append", ["old"]), ["x-a: old", "x-a: new"]);
});

test("add if absent", () => {
  assert.deepEqual(applied("addIfAbsent", []), ["x-a: new"]);
  assert.deepEqual(applied("addIfAbsent", ["old"]), ["x-a: old"]);
});

test("overwrite or add", () => {
  assert.deepEqual(applied("overwriteOrAdd", []), ["x-a: new"]);
  assert.deepEqual(applied("overwriteOrAdd", ["old", "older"]), ["x-a: new"]);
});

test("overwrite if it exists", () => {
  assert.deepEqual(applied("overwriteIfExists", []), []);
  assert.deepEqual(applied("overwriteIfExists", ["old"]), ["x-a: new"]);
});

test("values speak of the stream", () => {
  assert.deepEqual(applied("append", [], "%RESPONSE_CODE%/%REQ(:METHOD)%"), ["x-a: 204/POST"]);
});

test("an empty value adds nothing unless it is wanted; a missing one is empty", () => {
  assert.deepEqual(applied("append", [], "%REQ(x-missing)%"), []);
  assert.deepEqual(applied("overwriteOrAdd", ["old"], ""), ["x-a: old"]);
  assert.deepEqual(applied("append", [], "%REQ(x-missing)%", true), ["x-a: "]);
});
