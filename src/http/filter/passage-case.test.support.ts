import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Direction, Passage, type PassageOptions, type Script } from "./passage.test.support.js";

/** One course of a message through the filters A, B, C; the same in both directions. */
export interface Case {
  readonly name: string;
  readonly filters: Readonly<Record<string, Script>>;
  readonly options?: PassageOptions;
  run(passage: Passage): void;
  readonly log: readonly string[];
}

const DIRECTIONS: readonly Direction[] = ["decoding", "encoding"];

/** Runs every case in both directions. */
export function testBothDirections(chapter: string, cases: readonly Case[]): void {
  for (const direction of DIRECTIONS) {
    describe(`${direction}: ${chapter}`, () => {
      for (const { name, filters, options, run, log } of cases) {
        test(name, () => {
          const passage = new Passage(direction, filters, options);
          run(passage);
          assert.deepEqual(passage.take(), log);
          assert.deepEqual(passage.failures, []);
        });
      }
    });
  }
}
