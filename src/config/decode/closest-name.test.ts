import assert from "node:assert/strict";
import { test } from "node:test";
import { closestName } from "./closest-name.js";

const NAMES = ["connect_timeout", "lb_policy", "name", "type", "load_assignment", "dns_lookup_family", "num_retries"];

const CASES: readonly (readonly [string, string | null])[] = [
  ["conect_timeout", "connect_timeout"],
  ["connectTimeout", "connect_timeout"],
  ["connect-timeout", "connect_timeout"],
  ["nmae", "name"],
  ["LB_POLICY", "lb_policy"],
  ["load_assignmnets", "load_assignment"],
  ["tpe", "type"],
  ["num_retry", "num_retries"],
  ["something_else", null],
  ["x", null],
  ["", null],
];

test("the closest name, or none when nothing is near", () => {
  for (const [written, expected] of CASES) assert.equal(closestName(written, NAMES), expected, written);
});

test("the first of equals is taken", () => {
  assert.equal(closestName("ac", ["ab", "ad"]), "ab");
});
