import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MersenneTwister } from "./mersenne-twister.js";
import { SeededShuffle } from "./seeded-shuffle.js";

describe("the order of hosts of a bounded load", () => {
  test("random numbers are those of std::mt19937", () => {
    const random = new MersenneTwister();
    // The C++ standard, [rand.predef]: the 10,000th number of a generator with the default seed.
    for (let round = 0; round < 2; round++) {
      random.start(5_489);
      assert.equal(random.draw(), 3_499_211_612);
      for (let drawn = 2; drawn < 10_000; drawn++) random.draw();
      assert.equal(random.draw(), 4_123_659_995);
    }
  });

  // As published with Envoy's tests of bounded loads.
  for (const [seed, order] of [
    [2, [2, 1, 0, 4, 3]],
    [6, [4, 0, 2, 3, 1]],
    [7, [0, 1, 4, 3, 2]],
  ] as const) {
    test(`five hosts with seed ${seed} are tried in Envoy's order`, () => {
      const shuffle = new SeededShuffle(5);
      for (let round = 0; round < 2; round++) {
        shuffle.start(seed);
        assert.deepEqual(
          order.map(() => shuffle.next()),
          order,
        );
      }
    });
  }

  test("every number comes once", () => {
    const shuffle = new SeededShuffle(1_000);
    shuffle.start(0xffff_ffff);
    const seen = new Set(Array.from({ length: 1_000 }, () => shuffle.next()));
    assert.equal(seen.size, 1_000);
  });
});
