import assert from "node:assert/strict";
import { test } from "node:test";
import { ownNameFormat, preservedCase } from "./header-case.js";
import { HeaderMap } from "./header-map.js";

test("proper case: the first letter, and each one behind what is no letter or digit", () => {
  const format = ownNameFormat({ kind: "proper" });
  const names = ["content-type", "x-b3-traceid", "etag", "a$b#$c", "x_y", "-"];
  assert.deepEqual(
    names.map((name) => format?.nameOf(name)),
    ["Content-Type", "X-B3-Traceid", "Etag", "A$B#$C", "X_Y", "-"],
  );
});

test("lower case needs no format, nor does a side that only keeps what it reads", () => {
  assert.equal(ownNameFormat(null), null);
  assert.equal(ownNameFormat({ kind: "preserve", addedFields: "lower", forwardReasonPhrase: false }), null);
});

test("spellings are kept as they came first, others are as configured", () => {
  for (const [addedFields, added] of [
    ["lower", "x-added"],
    ["proper", "X-Added"],
  ] as const) {
    const headers = new HeaderMap();
    const config = { kind: "preserve", addedFields, forwardReasonPhrase: false } as const;
    preservedCase(headers, config).remember("etag", "eTAG");
    preservedCase(headers, config).remember("etag", "ETAG");
    assert.equal(headers.nameFormat?.nameOf("etag"), "eTAG");
    assert.equal(headers.nameFormat?.nameOf("x-added"), added);
    assert.equal(headers.clone().nameFormat?.nameOf("etag"), "eTAG");
  }
});
