import type { Hash64 } from "./hash64.js";
import { multiply64, productHigh, productLow } from "./multiply64.js";

/*
 * xxHash64 (https://xxhash.com, specification in its repository), in halves of 32 bits and without an allocation. Bytes
 * come as the code units of a latin1 string, which is how heads of messages are kept.
 */

const P1_HIGH = 0x9e3779b1 | 0;
const P1_LOW = 0x85ebca87 | 0;
const P2_HIGH = 0xc2b2ae3d | 0;
const P2_LOW = 0x27d4eb4f | 0;
const P3_HIGH = 0x165667b1 | 0;
const P3_LOW = 0x9e3779f9 | 0;
const P4_HIGH = 0x85ebca77 | 0;
const P4_LOW = 0xc2b2ae63 | 0;
const P5_HIGH = 0x27d4eb2f | 0;
const P5_LOW = 0x165667c5 | 0;

/** Bytes that the four lanes take together. */
const STRIPE = 32;
/** 2^32 */
const CARRY = 0x1_0000_0000;

/** Lanes 0 to 3, each as its upper and lower half. */
const lanes = new Int32Array(8);
/** What the function is working on. */
let high = 0;
let low = 0;

/**
 * Hashes the bytes of `text`, whose code units are bytes (0 to 255). Text beyond latin1 goes through `utf8Bytes` first.
 * @param seed 0 to 2^32 - 1
 */
export function xxHash64(text: string, into: Hash64, seed = 0): void {
  const length = text.length;
  let at = 0;
  if (length < STRIPE) {
    high = 0;
    low = seed | 0;
    add(P5_HIGH, P5_LOW);
  } else {
    at = hashStripes(text, seed);
  }
  add(0, length | 0);
  hashTail(text, at);
  avalanche();
  into.high = high;
  into.low = low;
}

/** The bytes of text in UTF-8, as a latin1 string. The same string when it is ASCII. */
export function utf8Bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The whole stripes; returns where the rest begins. */
function hashStripes(text: string, seed: number): number {
  startLanes(seed);
  let at = 0;
  for (const end = text.length - STRIPE; at <= end; at += STRIPE) {
    for (let lane = 0; lane < 4; lane++) {
      const from = at + 8 * lane;
      high = lanes[2 * lane] as number;
      low = lanes[2 * lane + 1] as number;
      round(word(text, from + 4), word(text, from));
      lanes[2 * lane] = high;
      lanes[2 * lane + 1] = low;
    }
  }
  high = 0;
  low = 0;
  for (let lane = 0; lane < 4; lane++) addRotatedLane(lane, LANE_ROTATIONS[lane] as number);
  for (let lane = 0; lane < 4; lane++) mergeLane(lane);
  return at;
}

const LANE_ROTATIONS: readonly number[] = [1, 7, 12, 18];

function startLanes(seed: number): void {
  setLane(0, seed, P1_HIGH, P1_LOW, P2_HIGH, P2_LOW);
  setLane(1, seed, P2_HIGH, P2_LOW, 0, 0);
  setLane(2, seed, 0, 0, 0, 0);
  // seed - P1: the complement of P1 and one more.
  setLane(3, seed, ~P1_HIGH, ~P1_LOW, 0, 1);
}

function setLane(lane: number, seed: number, aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  high = 0;
  low = seed | 0;
  add(aHigh, aLow);
  add(bHigh, bLow);
  lanes[2 * lane] = high;
  lanes[2 * lane + 1] = low;
}

function addRotatedLane(lane: number, bits: number): void {
  const laneHigh = lanes[2 * lane] as number;
  const laneLow = lanes[2 * lane + 1] as number;
  add((laneHigh << bits) | (laneLow >>> (32 - bits)), (laneLow << bits) | (laneHigh >>> (32 - bits)));
}

function mergeLane(lane: number): void {
  const heldHigh = high;
  const heldLow = low;
  high = 0;
  low = 0;
  round(lanes[2 * lane] as number, lanes[2 * lane + 1] as number);
  high ^= heldHigh;
  low ^= heldLow;
  multiply(P1_HIGH, P1_LOW);
  add(P4_HIGH, P4_LOW);
}

/** What is left after the stripes: eight bytes at a time, four, one. */
function hashTail(text: string, from: number): void {
  const length = text.length;
  let at = from;
  for (; at + 8 <= length; at += 8) {
    const heldHigh = high;
    const heldLow = low;
    high = 0;
    low = 0;
    round(word(text, at + 4), word(text, at));
    high ^= heldHigh;
    low ^= heldLow;
    rotate(27);
    multiply(P1_HIGH, P1_LOW);
    add(P4_HIGH, P4_LOW);
  }
  if (at + 4 <= length) {
    multiply64(0, word(text, at), P1_HIGH, P1_LOW);
    high ^= productHigh;
    low ^= productLow;
    rotate(23);
    multiply(P2_HIGH, P2_LOW);
    add(P3_HIGH, P3_LOW);
    at += 4;
  }
  for (; at < length; at++) {
    multiply64(0, text.charCodeAt(at) & 0xff, P5_HIGH, P5_LOW);
    high ^= productHigh;
    low ^= productLow;
    rotate(11);
    multiply(P1_HIGH, P1_LOW);
  }
}

/** Lets every bit of the input reach every bit of the hash. */
function avalanche(): void {
  low ^= high >>> 1; // by 33 bits to the right
  multiply(P2_HIGH, P2_LOW);
  low ^= (low >>> 29) | (high << 3);
  high ^= high >>> 29;
  multiply(P3_HIGH, P3_LOW);
  low ^= high;
}

/** Takes eight bytes into the accumulator: adds input * P2, rotates by 31, multiplies by P1. */
function round(inputHigh: number, inputLow: number): void {
  multiply64(inputHigh, inputLow, P2_HIGH, P2_LOW);
  add(productHigh, productLow);
  rotate(31);
  multiply(P1_HIGH, P1_LOW);
}

function add(byHigh: number, byLow: number): void {
  const sum = (low >>> 0) + (byLow >>> 0);
  low = sum | 0;
  high = (high + byHigh + (sum >= CARRY ? 1 : 0)) | 0;
}

function multiply(byHigh: number, byLow: number): void {
  multiply64(high, low, byHigh, byLow);
  high = productHigh;
  low = productLow;
}

/** To the left. @param bits 1 to 31 */
function rotate(bits: number): void {
  const held = high;
  high = (held << bits) | (low >>> (32 - bits));
  low = (low << bits) | (held >>> (32 - bits));
}

/** Four bytes, the lowest first. */
function word(text: string, at: number): number {
  return (
    (text.charCodeAt(at) & 0xff) |
    ((text.charCodeAt(at + 1) & 0xff) << 8) |
    ((text.charCodeAt(at + 2) & 0xff) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}
