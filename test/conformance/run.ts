/*
 * npm run conformance: puts every probe to Sluice and to other proxies, as far as they are installed, and writes
 * docs/conformance.md. Ends with 1 when Sluice fails one.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { interruption } from "../../bench/support/interruption.js";
import { names, wholeNumber } from "../../bench/support/option-values.js";
import { ROOT } from "../../bench/support/paths.js";
import { runTool, type ToolSite } from "../../bench/support/run-tool.js";
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
  return { only: names(values.only), waitMs: wholeNumber("wait-ms", values["wait-ms"], 1), output: values.output };
}

async function run({ only, waitMs, output }: Options, { folder }: ToolSite): Promise<void> {
  const missing: string[] = [];
  const present = selectContenders(only).filter((contender) => {
    const reason = contender.missing();
    if (reason !== null && !missing.includes(reason)) missing.push(reason);
    return reason === null;
  });
  if (present.length === 0) throw new Error(`there is nothing to examine: ${missing.join("; ")}`);
  const examinations = await examineAll(present, folder, waitMs);
  const date = new Date().toISOString().slice(0, 10);
  const page = reportOf(PROBE_GROUPS, examinations, { date, node: process.version.slice(1), waitMs, missing });
  if (output === "-") process.stdout.write(page);
  else writeFileSync(output, page);
  const own = examinations.find(({ name }) => name === "Sluice");
  const failed = own === undefined ? 0 : [...own.verdicts.values()].filter((verdict) => verdict !== null).length;
  if (failed > 0) process.exitCode = 1;
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

await runTool({ name: "conformance", usage: USAGE, parseOptions, run });
