import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, startServer } from "../../bench/support/processes.js";
import { Finding } from "./finding.js";
import type { Probe, ProbeGroup } from "./probe.js";
import type { Contender } from "./proxies/contender.js";
import { RecordingOrigin } from "./recording-origin.js";
import { Site } from "./site.js";

/** What one probe found; null when the proxy passed. */
export type Verdict = string | null;

/** All verdicts of one proxy, by probe. */
export interface Examination {
  readonly name: string;
  readonly version: string;
  readonly setup: string;
  readonly verdicts: ReadonlyMap<Probe, Verdict>;
}

/** Puts all probes to one proxy, one after the other: what a probe leaves behind must not meet the next one. */
export async function examine(
  contender: Contender,
  groups: readonly ProbeGroup[],
  folder: string,
  waitMs: number,
): Promise<Examination> {
  const ownFolder = join(folder, contender.name.replace(/\W+/g, "-"));
  mkdirSync(ownFolder, { recursive: true });
  const origin = await RecordingOrigin.start(waitMs);
  const listenPort = await freePort();
  const { command, env } = contender.prepare({ folder: ownFolder, listenPort, originPort: origin.port });
  let server = await startServer(command, listenPort, env);
  const verdicts = new Map<Probe, Verdict>();
  try {
    const site = new Site(listenPort, origin, waitMs);
    for (const probe of groups.flatMap(({ probes }) => probes)) {
      const verdict = await verdictOf(probe, site);
      verdicts.set(probe, server.hasEnded ? "its process ended" : verdict);
      if (server.hasEnded) server = await startServer(command, listenPort, env);
    }
  } finally {
    await server.stop();
    await origin.close();
  }
  return { name: contender.name, version: contender.version(), setup: contender.setup, verdicts };
}

/** Runs one probe. An error that is no finding is a fault of the probe, and is thrown. */
export async function verdictOf(probe: Probe, site: Site): Promise<Verdict> {
  try {
    await probe.run(site);
    return null;
  } catch (error) {
    if (error instanceof Finding) return error.message;
    throw error;
  } finally {
    await site.clear();
  }
}
