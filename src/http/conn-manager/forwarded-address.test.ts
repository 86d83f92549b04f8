import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { forwardedAddress, isSingleAddress } from "./forwarded-address.js";

describe("forwardedAddress", () => {
  const LIST = "203.0.113.128, 203.0.113.10,203.0.113.1";
  const cases: readonly (readonly [value: string, fromRight: number, address: string | null])[] = [
    [LIST, 1, "203.0.113.1"],
    [LIST, 2, "203.0.113.10"],
    [LIST, 3, "203.0.113.128"],
    [LIST, 4, null],
    ["192.0.2.1", 1, "192.0.2.1"],
    ["192.0.2.1", 2, null],
    ["", 1, null],
    [",", 1, null],
    [",", 2, null],
    ["192.0.2.1,", 1, null],
    ["192.0.2.1,", 2, "192.0.2.1"],
    [",192.0.2.1", 2, null],
    ["192.0.2.1, unknown", 1, null],
    ["192.0.2.1, unknown", 2, "192.0.2.1"],
    ["192.0.2.1:80", 1, null],
    ["2001:db8::1", 1, "2001:db8::1"],
    ["[2001:db8::1]", 1, null],
    ["999.0.2.1", 1, null],
  ];
  for (const [value, fromRight, address] of cases) {
    test(`place ${fromRight} of ${JSON.stringify(value)} is ${address}`, () => {
      assert.equal(forwardedAddress(value, fromRight), address);
    });
  }
});

test("isSingleAddress tells one address from a list", () => {
  assert.ok(isSingleAddress("192.0.2.1"));
  assert.ok(!isSingleAddress("192.0.2.1, 192.0.2.2"));
});
