import assert from "node:assert/strict";
import { test } from "node:test";
import { knownHeaderName, lowerCase } from "./header-name.js";

function known(spelling: string): string | null {
  const bytes = Buffer.from(`?${spelling}:`, "latin1");
  return knownHeaderName(bytes, 1, bytes.length - 1);
}

test("well-known names are found whatever their spelling (RFC 9110 5.1)", () => {
  const spellings: readonly (readonly [wire: string, canonical: string])[] = [
    ["content-type", "content-type"],
    ["Content-Type", "content-type"],
    ["CONTENT-TYPE", "content-type"],
    ["cOnTeNt-TyPe", "content-type"],
    ["ETag", "etag"],
    ["TE", "te"],
    ["WWW-Authenticate", "www-authenticate"],
    ["X-B3-TraceId", "x-b3-traceid"],
    ["Transfer-Encoding", "transfer-encoding"],
  ];
  for (const [wire, canonical] of spellings) assert.equal(known(wire), canonical);
});

test("what only looks like a well-known name is none", () => {
  const others = ["", "~!#", "content_type", "content-typ", "content-type-", "xontent-type", "co~tent-type", "t^"];
  for (const wire of [...others, "x-nobody-knows", "X-Nobody-Knows-1_a"]) assert.equal(known(wire), null, wire);
});

test("other names become lower case", () => {
  assert.equal(lowerCase("X-Nobody-Knows-1_a"), "x-nobody-knows-1_a");
  assert.equal(lowerCase("x-nobody-knows"), "x-nobody-knows");
  assert.equal(lowerCase("~!#"), "~!#");
});
