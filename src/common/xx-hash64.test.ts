import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assert as check, integer, property, string, uint8Array } from "fast-check";
import { Hash64 } from "./hash64.js";
import { utf8Bytes, xxHash64 } from "./xx-hash64.js";

function hashOf(text: string, seed = 0): string {
  const hash = new Hash64();
  xxHash64(text, hash, seed);
  return hash.toString();
}

describe("xxHash64", () => {
  test("gives what is published", () => {
    assert.equal(hashOf(""), "ef46db3751d8e999");
    assert.equal(hashOf("", 1), "d5afba1336a3be4b");
    assert.equal(hashOf("a"), "d24ec4f1a98c6e5b");
    assert.equal(hashOf("abc"), "44bc2cf5ad770999");
    assert.equal(hashOf("Nobody inspects the spammish repetition"), "fbcea83c8a378bf1");
    assert.equal(hashOf("Call me Ishmael. Some years ago--never mind how long precisely-"), "02a2e85470d6fd96");
  });

  test("is the function of the specification for any bytes and any seed", () => {
    void check(
      property(uint8Array({ maxLength: 200 }), integer({ min: 0, max: 0xffff_ffff }), (bytes, seed) => {
        const text = Buffer.from(bytes).toString("latin1");
        assert.equal(hashOf(text, seed), reference(bytes, BigInt(seed)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("hashes text beyond latin1 by its UTF-8 bytes", () => {
    void check(
      property(string({ unit: "grapheme", maxLength: 60 }), (text) => {
        assert.equal(hashOf(utf8Bytes(text)), reference(Buffer.from(text, "utf8"), 0n));
      }),
      { seed: 2, numRuns: 100 },
    );
  });
});

const MASK = (1n << 64n) - 1n;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

/** The specification, read as directly as possible. */
function reference(bytes: Uint8Array, seed: bigint): string {
  const rotl = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;
  const mix = (into: bigint, lane: bigint): bigint => (rotl((into + lane * P2) & MASK, 31n) * P1) & MASK;
  const view = Buffer.from(bytes);
  let at = 0;
  let acc: bigint;
  if (bytes.length < 32) {
    acc = (seed + P5) & MASK;
  } else {
    const v = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK];
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) v[lane] = mix(v[lane] as bigint, view.readBigUInt64LE(at + 8 * lane));
    }
    const [a, b, c, d] = v as [bigint, bigint, bigint, bigint];
    acc = (rotl(a, 1n) + rotl(b, 7n) + rotl(c, 12n) + rotl(d, 18n)) & MASK;
    for (const lane of v) acc = ((acc ^ mix(0n, lane)) * P1 + P4) & MASK;
  }
  acc = (acc + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) {
    acc = (rotl(acc ^ mix(0n, view.readBigUInt64LE(at)), 27n) * P1 + P4) & MASK;
  }
  if (at + 4 <= bytes.length) {
    acc = (rotl(acc ^ ((BigInt(view.readUInt32LE(at)) * P1) & MASK), 23n) * P2 + P3) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) acc = (rotl(acc ^ ((BigInt(view.readUInt8(at)) * P5) & MASK), 11n) * P1) & MASK;
  acc = ((acc ^ (acc >> 33n)) * P2) & MASK;
  acc = ((acc ^ (acc >> 29n)) * P3) & MASK;
  return (acc ^ (acc >> 32n)).toString(16).padStart(16, "0");
}
