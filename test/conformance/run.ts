/*
 * npm run conformance: puts every probe to Sluice and to other proxies, as far as they are installed, and writes
 * docs/conformance.md. Ends with 1 when Sluice fails one.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { interruption } from "../../bench/macro/interruption.js";
import { ROOT } from "../../bench/macro/paths.js";
import { stopServers } from "../../bench/macro/processes.js";
import { type Examination, examine } from "./examination.js";
import { PROBE_GROUPS } from "./probes/all.js";
import { CONTENDERS, selectContenders } from "./proxies/all.js";
import type { Contender } from "./proxies/contender.js";
import { reportOf } from "./report.js";

const USAGE = `npm run conformance -- [options]
  --only a,b     ${CONTENDERS.map(({ name }) => name).join(", ")}
  --wait-ms N    how long a probe waits before the proxy counts as hanging (3500)
  --output FILE  where the page is written (docs/conformance.md); - for standard output`;

/** What most of the time is waiting can be done side by side. */
const AT_ONCE = Math.max(3, availableParallelism());

interface Options {
  readonly only: readonly string[];
  readonly waitMs: number;
  readonly output: string;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: "" },
      "wait-ms": { type: "string", default: "3500" },
      output: { type: "string", default: `${ROOT}docs/conformance.md` },
    },
  });
  const waitMs = Number(values["wait-ms"]);
  if (!(waitMs > 0)) throw new Error(`--wait-ms: ${values["wait-ms"]} is not a number of milliseconds`);
  return { only: values.only.split(",").filter((name) => name !== ""), waitMs, output: values.output };
}

async function main({ only, waitMs, output }: Options): Promise<void> {
  const missing: string[] = [];
  const present = selectContenders(only).filter((contender) => {
    const reason = contender.missing();
    if (reason !== null && !missing.includes(reason)) missing.push(reason);
    return reason === null;
  });
  if (present.length === 0) throw new Error(`there is nothing to examine: ${missing.join("; ")}`);
  const folder = mkdtempSync(join(tmpdir(), "sluice-conformance-"));
  try {
    const examinations = await examineAll(present, folder, waitMs);
    const date = new Date().toISOString().slice(0, 10);
    const page = reportOf(PROBE_GROUPS, examinations, { date, node: process.version.slice(1), waitMs, missing });
    if (output === "-") process.stdout.write(page);
    else writeFileSync(output, page);
    const own = examinations.find(({ name }) => name === "Sluice");
    const failed = own === undefined ? 0 : [...own.verdicts.values()].filter((verdict) => verdict !== null).length;
    if (failed > 0) process.exitCode = 1;
  } finally {
    await stopServers();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function examineAll(contenders: readonly Contender[], folder: string, waitMs: number): Promise<Examination[]> {
  const done = new Map<Contender, Examination>();
  const waiting = [...contenders];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      interruption.throwIfAborted();
      const examination = await examine(next, PROBE_GROUPS, folder, waitMs);
      done.set(next, examination);
      const failed = [...examination.verdicts].filter(([, verdict]) => verdict !== null);
      console.error(
        `${next.name}: ${examination.verdicts.size - failed.length} of ${examination.verdicts.size} passed`,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return contenders.map((contender) => done.get(contender) as Examination);
}

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (!interruption.aborted) console.error(USAGE);
  process.exitCode = 1;
}
