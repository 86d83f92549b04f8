import assert from "node:assert/strict";
import { test } from "node:test";
import { UuidBatch } from "./uuid-batch.js";

test("the bytes become a UUID of version 4 (RFC 9562 5.4)", () => {
  const uuids = new UuidBatch((bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = i & 0xff;
  });
  assert.equal(uuids.take(), "00010203-0405-4607-8809-0a0b0c0d0e0f");
  assert.equal(uuids.take(), "10111213-1415-4617-9819-1a1b1c1d1e1f");
});

test("no two are the same, within a batch and beyond", () => {
  let filled = 0;
  const uuids = new UuidBatch((bytes) => {
    for (let i = 0; i < bytes.length; i += 4) new DataView(bytes.buffer).setUint32(bytes.byteOffset + i, filled++);
  });
  const taken = new Set(Array.from({ length: 1000 }, () => uuids.take()));
  assert.equal(taken.size, 1000);
  for (const uuid of taken) assert.match(uuid, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
