/*
 * npm run bench:macro: CPU per request, throughput, latency and memory of Sluice beside other proxies, over loopback.
 * The proxies take turns, several rounds: what else the machine does meanwhile falls on all of them.
 */
import { isInstalled } from "../support/installed.js";
import { interruption } from "../support/interruption.js";
import { runTool, type ToolSite } from "../support/run-tool.js";
import { canPin } from "./cores.js";
import { measure, type Site } from "./measure.js";
import { type Options, parseOptions, USAGE } from "./options.js";
import { selectProxies } from "./proxies/all.js";
import type { Contender } from "./proxies/contender.js";
import { type Series, summarize, tableOf } from "./report.js";
import { startUpstream } from "./upstream.js";

async function run(options: Options, { folder }: ToolSite): Promise<void> {
  const lacking = ["wrk", "nginx"].filter((program) => !isInstalled(program));
  if (lacking.length > 0) throw new Error(`load and upstream need ${lacking.join(" and ")}, not installed here`);
  if (!canPin) console.error("Without a second core and taskset the processes disturb each other: read with care.");
  const proxies = selectProxies(options.only).filter(isPresent);
  const site = { folder, options, upstreamPort: await startUpstream(folder, options.sizes) };
  const summaries = summarize(await measureAll(proxies, site));
  console.log(options.json ? JSON.stringify(summaries, null, 2) : tableOf(summaries));
  if (summaries.some((summary) => summary.errors.length > 0)) process.exitCode = 1;
}

function isPresent(proxy: Contender): boolean {
  const reason = proxy.missing();
  if (reason !== null) console.error(`Skipping ${proxy.name}: ${reason}`);
  return reason === null;
}

async function measureAll(proxies: readonly Contender[], site: Site): Promise<Series[]> {
  const all: Series[] = [];
  for (const bodyBytes of site.options.sizes) {
    const ofSize = proxies.map((proxy): Series => ({ proxy: proxy.name, bodyBytes, samples: [], errors: [] }));
    all.push(...ofSize);
    for (let round = 1; round <= site.options.rounds; round++) {
      for (const [index, proxy] of proxies.entries()) await addSample(proxy, ofSize[index] as Series, site, round);
    }
  }
  return all;
}

async function addSample(proxy: Contender, series: Series, site: Site, round: number): Promise<void> {
  const place = `${series.bodyBytes} bytes, round ${round} of ${site.options.rounds}, ${proxy.name}`;
  try {
    const sample = await measure(proxy, series.bodyBytes, site);
    series.samples.push(sample);
    console.error(`${place}: ${sample.cpuMicrosPerRequest.toFixed(1)} us of CPU per request`);
  } catch (error) {
    interruption.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    series.errors.push(message);
    console.error(`${place}: ${message}`);
  }
}

await runTool({ name: "bench:macro", usage: USAGE, parseOptions, run });
