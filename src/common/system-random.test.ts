import assert from "node:assert/strict";
import { test } from "node:test";
import { SystemRandom } from "./system-random.js";

test("numbers are whole, below the bound, and all of them come", () => {
  const random = new SystemRandom();
  const seen = new Set<number>();
  for (let i = 0; i < 5_000; i++) seen.add(random.below(7));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(random.below(1), 0);
});

test("ids are UUIDs of version 4, and differ (RFC 9562 5.4)", () => {
  const random = new SystemRandom();
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(random.uuid(), form);
  assert.notEqual(random.uuid(), random.uuid());
});
