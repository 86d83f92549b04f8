import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "../support/seeded-random.js";
import { readCorpus } from "./corpus.js";
import { FuzzFailure } from "./fuzz-target.js";
import { fuzzTargets } from "./targets.js";

/** `test/fuzz/run.ts` goes on for longer, from another seed each time. */
const INPUTS = 200;
const SEEDS = [1, 2, 3];

describe("fuzz", () => {
  const corpus = readCorpus();

  test("the corpus is what the wire cases send", () => {
    assert.ok(corpus.requests.length > 200 && corpus.responses.length > 80);
    assert.ok(corpus.requests.some((text) => text.startsWith("CONNECT ")));
  });

  for (const seed of SEEDS) {
    for (const target of fuzzTargets(new SeededRandom(seed), corpus)) {
      test(`${target.name}, seed ${seed}`, () => {
        for (let i = 0; i < INPUTS; i++) target.run();
      });
    }
  }

  test("a failure tells its input", () => {
    const failure = new FuzzFailure('paths: "/x"', { cause: new Error("is no path") });
    assert.equal(failure.message, 'paths: "/x"\nis no path');
  });
});
