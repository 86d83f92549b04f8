import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalHeaderName } from "./header-name.js";

test("names become lower case, whatever their spelling (RFC 9110 5.1)", () => {
  const spellings: readonly (readonly [wire: string, canonical: string])[] = [
    ["content-type", "content-type"],
    ["Content-Type", "content-type"],
    ["CONTENT-TYPE", "content-type"],
    ["cOnTeNt-TyPe", "content-type"],
    ["X-Nobody-Knows-1_a", "x-nobody-knows-1_a"],
    ["x-nobody-knows", "x-nobody-knows"],
    ["ETag", "etag"],
    ["TE", "te"],
    ["WWW-Authenticate", "www-authenticate"],
    ["", ""],
    ["~!#", "~!#"],
  ];
  for (const [wire, canonical] of spellings) assert.equal(canonicalHeaderName(wire), canonical);
});
