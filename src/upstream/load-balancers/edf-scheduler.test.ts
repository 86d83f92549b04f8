import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as check, integer, property } from "fast-check";
import { EdfScheduler } from "./edf-scheduler.js";

interface Weighted {
  readonly name: string;
  weight: number;
}

function schedule(...weights: number[]) {
  const values: Weighted[] = weights.map((weight, index) => ({ name: "abcdefgh"[index] as string, weight }));
  const scheduler = new EdfScheduler<Weighted>((value) => value.weight);
  for (const value of values) scheduler.add(value);
  const pick = (count: number): string => Array.from({ length: count }, () => scheduler.pick()?.name).join("");
  return { values, pick };
}

describe("EdfScheduler", () => {
  test("has nothing to pick when it is empty", () => {
    assert.equal(new EdfScheduler<string>(() => 1).pick(), null);
  });

  test("values of equal weight take turns in the order in which they came", () => {
    assert.equal(schedule(1, 1, 1).pick(9), "abcabcabc");
    assert.equal(schedule(7, 7).pick(4), "abab");
  });

  test("a value comes up as often as its weight says, spread evenly", () => {
    assert.equal(schedule(1, 2).pick(6), "babbab");
    // Of equal deadlines the older one goes first.
    assert.equal(schedule(4, 1).pick(13), "aaabaaaabaaaa");
  });

  test("over a whole round the shares are exact, whatever the weights", () => {
    const weights = [13, 1, 50, 7, 29];
    const round = schedule(...weights).pick(100);
    const counts = [..."abcde"].map((name) => round.split(name).length - 1);
    assert.deepEqual(counts, weights);
  });

  test("at no time has a value had a turn more or less than its share, nearly, whatever the weights", () => {
    void check(
      property(array(integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const picked = schedule(...weights).pick(2 * total);
        for (let length = 1; length <= picked.length; length++) {
          const part = picked.slice(0, length);
          for (const [index, weight] of weights.entries()) {
            const turns = part.split("abcdefgh"[index] as string).length - 1;
            assert.ok(Math.abs(turns - (length * weight) / total) < weights.length, `${weights}: ${part}`);
          }
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test("a weight that changes counts from the next pick of its value on", () => {
    const { values, pick } = schedule(1, 1);
    assert.equal(pick(2), "ab");
    (values[0] as Weighted).weight = 3;
    const later = pick(40);
    const share = later.split("a").length - 1;
    assert.ok(share >= 29 && share <= 31, later);
  });
});
