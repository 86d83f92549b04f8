import assert from "node:assert/strict";
import { test } from "node:test";
import { knownMethod } from "./method.js";

function known(spelling: string): string | null {
  return knownMethod(Buffer.from(`\n${spelling} /`), 1, 1 + spelling.length);
}

test("methods are found as they are spelled, which is case-sensitive (RFC 9110 9.1)", () => {
  for (const method of ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"]) {
    assert.equal(known(method), method);
  }
  for (const method of ["get", "Get", "GE", "GETS", "GOT", "PROPFIND", "", "POSX"]) assert.equal(known(method), null);
});
