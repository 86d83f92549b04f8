import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as check, property, uint8Array } from "fast-check";
import { Hash64 } from "./hash64.js";
import { murmurHash2 } from "./murmur-hash2.js";

const MASK = (1n << 64n) - 1n;
const M = 0xc6a4a7935bd1e995n;

/** MurmurHash64A, read as directly as possible. */
function reference(bytes: Uint8Array): string {
  const view = Buffer.from(bytes);
  const whole = bytes.length - (bytes.length % 8);
  let hash = 0xc70f6907n ^ ((BigInt(bytes.length) * M) & MASK);
  for (let at = 0; at < whole; at += 8) {
    let word = (view.readBigUInt64LE(at) * M) & MASK;
    word = ((word ^ (word >> 47n)) * M) & MASK;
    hash = ((hash ^ word) * M) & MASK;
  }
  if (whole < bytes.length) {
    let rest = 0n;
    for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8n) | BigInt(view.readUInt8(at));
    hash = ((hash ^ rest) * M) & MASK;
  }
  hash = ((hash ^ (hash >> 47n)) * M) & MASK;
  return (hash ^ (hash >> 47n)).toString(16).padStart(16, "0");
}

test("MurmurHash2 is the function of its definition for any bytes", () => {
  const hash = new Hash64();
  void check(
    property(uint8Array({ maxLength: 60 }), (bytes) => {
      murmurHash2(Buffer.from(bytes).toString("latin1"), hash);
      assert.equal(hash.toString(), reference(bytes));
    }),
    { seed: 1, numRuns: 500 },
  );
});
