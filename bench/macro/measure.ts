import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cpuSeconds, peakMemoryBytes, processTree } from "../support/process-cpu.js";
import { freePort, startServer } from "../support/processes.js";
import { PROXY_CORE, pinned } from "./cores.js";
import type { Options } from "./options.js";
import type { Contender } from "./proxies/contender.js";
import { generateLoad } from "./wrk.js";

const PROBE_LIMIT_MS = 5_000;

/** What one proxy did in one run. */
export interface Sample {
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  readonly peakMemoryBytes: number;
}

/** Where the runs take place. */
export interface Site {
  readonly folder: string;
  readonly upstreamPort: number;
  readonly options: Options;
}

/** Runs one proxy, freshly started so that its peak of memory belongs to this body length, and stops it. */
export async function measure(proxy: Contender, bodyBytes: number, site: Site): Promise<Sample> {
  const { connections, seconds, warmUpSeconds } = site.options;
  const folder = join(site.folder, proxy.name);
  mkdirSync(folder, { recursive: true });
  const listenPort = await freePort();
  const { command, env } = proxy.prepare({ folder, listenPort, upstreamPort: site.upstreamPort, connections });
  const server = await startServer(pinned(PROXY_CORE, command), listenPort, env);
  try {
    const url = `http://127.0.0.1:${listenPort}/${bodyBytes}`;
    await probe(url, bodyBytes);
    await generateLoad(url, connections, warmUpSeconds);
    const tree = processTree(server.pid);
    const cpuBefore = cpuSeconds(tree);
    const load = await generateLoad(url, connections, seconds);
    const cpu = cpuSeconds(tree) - cpuBefore;
    if (load.bytes < load.requests * bodyBytes) throw new Error("answers were shorter than they should be");
    return {
      cpuMicrosPerRequest: (cpu / load.requests) * 1e6,
      requestsPerSecond: load.requestsPerSecond,
      p99Ms: load.p99Ms,
      peakMemoryBytes: peakMemoryBytes(tree),
    };
  } finally {
    await server.stop();
  }
}

/** Fast and wrong does not count: the answer must be the upstream's. */
async function probe(url: string, bodyBytes: number): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
  const body = await response.arrayBuffer();
  if (response.status !== 200 || body.byteLength !== bodyBytes) {
    throw new Error(`the probe was answered with ${response.status} and ${body.byteLength} bytes`);
  }
}
