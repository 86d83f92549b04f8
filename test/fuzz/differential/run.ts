/*
 * npm run differential: what the wire cases send, and mutations of it, to Sluice, to Node's own server, to nginx and to
 * HAProxy. Writes the classes of differences to docs/http1-differences.md; ends with 1 when one has no reason.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { interruption } from "../../../bench/support/interruption.js";
import { wholeNumber } from "../../../bench/support/option-values.js";
import { ROOT } from "../../../bench/support/paths.js";
import { runTool, type ToolSite } from "../../../bench/support/run-tool.js";
import { SeededRandom } from "../../support/seeded-random.js";
import { readCorpus } from "../corpus.js";
import { Mutator } from "../mutator.js";
import { type Difference, differenceOf } from "./difference.js";
import type { Reader } from "./observation.js";
import { pageOf } from "./page.js";
import { reasonFor } from "./reasons.js";
import { startPeers, startSluice } from "./start-readers.js";
import { shown, Tally } from "./tally.js";

const USAGE = `npm run differential -- [options]
  --mutations N  how many mutations follow the corpus (1000)
  --seed N       of the mutations (1)
  --output FILE  where the page is written (docs/http1-differences.md); - for standard output`;

/**
 * Nothing happens for so long: the reader has done what it will do with the input. What would be unexplained is looked at
 * again with more patience, and once more: the machine may have been busy, and an answer have come into the next run.
 */
const ATTEMPTS_MS = [30, 1_500, 1_500];

interface Options {
  readonly mutations: number;
  readonly seed: number;
  readonly output: string;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      mutations: { type: "string", default: "1000" },
      seed: { type: "string", default: "1" },
      output: { type: "string", default: `${ROOT}docs/http1-differences.md` },
    },
  });
  return {
    mutations: wholeNumber("mutations", values.mutations, 0),
    seed: wholeNumber("seed", values.seed, 0),
    output: values.output,
  };
}

async function run(options: Options, site: ToolSite): Promise<void> {
  const sluice = await startSluice(site);
  site.after(() => sluice.close());
  const peers = await startPeers(site.folder);
  for (const peer of peers) site.after(() => peer.close());
  const tally = await compareAll(inputsOf(options), sluice, peers);
  const page = pageOf(
    tally,
    peers.map(({ name }) => name),
    options,
  );
  if (options.output === "-") process.stdout.write(page);
  else writeFileSync(options.output, page);
  reportUnexplained(tally.unexplained);
  console.error(`${tally.inputs} inputs, ${tally.agreed} read alike by all, ${tally.unexplained.length} unexplained`);
}

function* inputsOf({ mutations, seed }: Options): Generator<string> {
  const { requests } = readCorpus();
  yield* requests;
  const mutator = new Mutator(new SeededRandom(seed), requests);
  for (let i = 0; i < mutations; i++) yield mutator.next();
}

async function compareAll(inputs: Iterable<string>, sluice: Reader, peers: readonly Reader[]): Promise<Tally> {
  const tally = new Tally();
  for (const input of inputs) {
    interruption.throwIfAborted();
    if (input === "") continue;
    let differences: Difference[] = [];
    for (const quietMs of ATTEMPTS_MS) {
      differences = await compare(input, sluice, peers, quietMs);
      if (differences.every((difference) => reasonFor(difference) !== null)) break;
    }
    tally.inputs++;
    if (differences.length === 0) tally.agreed++;
    for (const difference of differences) tally.add(difference);
  }
  return tally;
}

async function compare(
  input: string,
  sluice: Reader,
  peers: readonly Reader[],
  quietMs: number,
): Promise<Difference[]> {
  const [ours, ...theirs] = await Promise.all([sluice, ...peers].map((reader) => reader.observe(input, quietMs)));
  if (ours === undefined) return [];
  return theirs.flatMap((observation, index) => {
    const difference = differenceOf(peers[index]?.name ?? "", input, ours, observation);
    return difference === null ? [] : [difference];
  });
}

function reportUnexplained(unexplained: readonly Difference[]): void {
  for (const { kind, peer, input, ours, theirs, own, their } of unexplained) {
    console.error(`${peer}, ${kind}: ${shown(input)}
  Sluice: ${JSON.stringify(own)}, then ${ours.status} ${ours.details}
  ${peer}: ${JSON.stringify(their)}, then ${theirs.status}${theirs.ended ? "" : " (waiting)"}
  input: ${JSON.stringify(input)}`);
    process.exitCode = 1;
  }
}

await runTool({ name: "differential", usage: USAGE, parseOptions, run });
