import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bigInt, assert as check, integer, property } from "fast-check";
import { Hash64 } from "./hash64.js";

const ANY = bigInt({ min: 0n, max: (1n << 64n) - 1n });

function hash64(value: bigint): Hash64 {
  return new Hash64(Number(value >> 32n), Number(value & 0xffff_ffffn));
}

describe("Hash64", () => {
  test("divides as whole numbers of 64 bits do", () => {
    void check(
      property(ANY, integer({ min: 1, max: 0x1_0000_0000 }), (value, divisor) => {
        assert.equal(hash64(value).modulo(divisor), Number(value % BigInt(divisor)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("mixes by a rotation and an exclusive or", () => {
    void check(
      property(ANY, ANY, (a, b) => {
        const mixed = hash64(a);
        mixed.mix(hash64(b));
        const rotated = ((a << 1n) | (a >> 63n)) & ((1n << 64n) - 1n);
        assert.equal(mixed.toString(), (rotated ^ b).toString(16).padStart(16, "0"));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
