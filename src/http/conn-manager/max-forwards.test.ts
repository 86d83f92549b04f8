import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeaderMap } from "../headers/header-map.js";
import { countForward } from "./max-forwards.js";

function request(method: string, maxForwards: string | null): HeaderMap {
  const headers = new HeaderMap();
  headers.method = method;
  headers.path = "*";
  if (maxForwards !== null) headers.add("max-forwards", maxForwards);
  return headers;
}

describe("Max-Forwards (RFC 9110 7.6.2)", () => {
  for (const [method, status] of [
    ["OPTIONS", 200],
    ["TRACE", 405],
  ] as const) {
    test(`${method} that may go no further is answered`, () => {
      const reply = countForward(request(method, "0"));
      assert.equal(reply?.status, status);
      assert.equal(reply.details, "max_forwards_reached");
    });

    test(`${method} that may go on goes on with one less`, () => {
      const headers = request(method, "10");
      assert.equal(countForward(headers), null);
      assert.equal(headers.get("max-forwards"), "9");
    });
  }

  for (const [method, value] of [
    ["GET", "0"],
    ["OPTIONS", null],
    ["OPTIONS", "-1"],
    ["TRACE", "0x0"],
    ["TRACE", ""],
  ] as const) {
    test(`${method} with ${JSON.stringify(value)} is as it is`, () => {
      const headers = request(method, value);
      assert.equal(countForward(headers), null);
      assert.equal(headers.get("max-forwards"), value);
    });
  }
});
