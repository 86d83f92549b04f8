/*
 * npm run fuzz: mutations of what test/wire sends, against the properties of test/fuzz/targets.ts, for a while. Prints the
 * seed, which gives the same inputs again, and ends with the first failure.
 */
import { randomInt } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { interruption } from "../../bench/support/interruption.js";
import { wholeNumber } from "../../bench/support/option-values.js";
import { runTool } from "../../bench/support/run-tool.js";
import { SeededRandom } from "../support/seeded-random.js";
import { readCorpus } from "./corpus.js";
import { fuzzTargets } from "./targets.js";

const USAGE = `npm run fuzz -- [options]
  --seconds N    how long (30)
  --seed N       of the inputs (another one each time)`;

interface Options {
  readonly seconds: number;
  readonly seed: number;
}

function parseOptions(args: string[]): Options {
  const seed = String(randomInt(0x1_0000_0000));
  const { values } = parseArgs({
    args,
    options: { seconds: { type: "string", default: "30" }, seed: { type: "string", default: seed } },
  });
  return { seconds: wholeNumber("seconds", values.seconds, 1), seed: wholeNumber("seed", values.seed, 0) };
}

async function run({ seconds, seed }: Options): Promise<void> {
  const targets = fuzzTargets(new SeededRandom(seed), readCorpus());
  console.log(`seed ${seed}, ${seconds} s: ${targets.map(({ name }) => name).join(", ")}`);
  const end = performance.now() + seconds * 1000;
  let inputs = 0;
  for (; performance.now() < end; inputs++) {
    // Ctrl-C is seen between two turns of the loop only.
    await nextTurn();
    interruption.throwIfAborted();
    try {
      for (const target of targets) target.run();
    } catch (error) {
      console.error(`failed after ${inputs} inputs each; again with: --seed ${seed}`);
      throw error;
    }
  }
  console.log(`${inputs} inputs each, no failure`);
}

await runTool({ name: "fuzz", usage: USAGE, parseOptions, run });
