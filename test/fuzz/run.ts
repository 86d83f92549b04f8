/*
 * node dist/test/fuzz/run.js [--seconds 60] [--seed 1]: mutations of what test/wire sends, against the properties of
 * test/fuzz/targets.ts, for a while. Prints the seed, which gives the same inputs again, and ends with the first failure.
 */
import { parseArgs } from "node:util";
import { SeededRandom } from "../support/seeded-random.js";
import { readCorpus } from "./corpus.js";
import { fuzzTargets } from "./targets.js";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "30" }, seed: { type: "string" } } });
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Math.floor(Math.random() * 0x1_0000_0000) : Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error("usage: node dist/test/fuzz/run.js [--seconds 30] [--seed 1]");
  process.exit(2);
}

const targets = fuzzTargets(new SeededRandom(seed), readCorpus());
console.log(`seed ${seed}, ${seconds} s: ${targets.map(({ name }) => name).join(", ")}`);
const end = performance.now() + seconds * 1000;
let inputs = 0;
try {
  for (; performance.now() < end; inputs++) for (const target of targets) target.run();
  console.log(`${inputs} inputs each, no failure`);
} catch (error) {
  console.error(`failed after ${inputs} inputs each; again with: --seed ${seed}`);
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
