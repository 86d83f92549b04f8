import assert from "node:assert/strict";
import { test } from "node:test";
import { connectFailureText } from "./connect-failure-text.js";

const TEXTS: readonly (readonly [string, string])[] = [
  ["ECONNREFUSED", "delayed connect error: Connection refused"],
  ["EHOSTUNREACH", "delayed connect error: No route to host"],
  ["ENOENT", "delayed connect error: No such file or directory"],
  ["ESOMETHING", "delayed connect error: ESOMETHING"],
];

for (const [code, text] of TEXTS) {
  test(`${code}: ${text}`, () => assert.equal(connectFailureText({ code, message: "connect failed" }), text));
}

test("nothing is said when the system said nothing", () => assert.equal(connectFailureText(null), ""));
