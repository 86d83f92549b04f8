/*
 * npm run chaos: what failing upstreams cost the clients of a proxy that may retry. A steady load goes through a cluster
 * of four upstreams, of which one at a time resets, stalls, closes at reuse, or is killed and started again; then a
 * storm of requests meets an upstream that closes its connections without saying so; and then everything at once, after
 * which nothing may be left in progress. It prints; it is no test.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { interruption } from "../support/interruption.js";
import { wholeNumber } from "../support/option-values.js";
import { ROOT } from "../support/paths.js";
import { freePort, startServer } from "../support/processes.js";
import { runTool, type ToolSite } from "../support/run-tool.js";
import type { Behaviour } from "./behaviour.js";
import { attemptsAt } from "./host-traffic.js";
import { Load, type Outcome } from "./load.js";
import { proxyConfig } from "./proxy-config.js";
import { soak } from "./soak.js";
import { Upstream } from "./upstream.js";

const UPSTREAMS = 4;
const CLIENTS = 64;
/** How often the traffic of a host that was killed is looked at. */
const LOOK_MS = 100;

const USAGE = `npm run chaos -- [options]
  --seconds N    length of each fault (5)
  --rate N       requests a second (300)
  --race N       requests of the keep-alive race (100000)
  --soak N       seconds of the soak (20)`;

interface Options {
  readonly seconds: number;
  readonly rate: number;
  readonly race: number;
  readonly soak: number;
}

interface Site {
  readonly listenPort: number;
  readonly adminPort: number;
  readonly upstreams: readonly Upstream[];
}

async function run(options: Options, toolSite: ToolSite): Promise<void> {
  const upstreams: Upstream[] = [];
  for (let i = 0; i < UPSTREAMS; i++) upstreams.push(new Upstream(await freePort()));
  toolSite.after(async () => void (await Promise.all(upstreams.map((upstream) => upstream.kill()))));
  await Promise.all(upstreams.map((upstream) => upstream.start()));
  const site = { listenPort: await freePort(), adminPort: await freePort(), upstreams };
  const config = join(toolSite.folder, "proxy.json");
  const ports = upstreams.map(({ port }) => port);
  writeFileSync(config, proxyConfig(site.listenPort, site.adminPort, ports));
  await startServer([process.execPath, `${ROOT}bin/sluice`, "-c", config, "-l", "warn"], site.listenPort);
  await runFaults(site, options);
  await runRace(site, options.race);
  await runSoak(site, options.soak);
}

async function runFaults(site: Site, { seconds, rate }: Options): Promise<void> {
  const faults: readonly (readonly [name: string, behaviour: Behaviour])[] = [
    ["none", { kind: "serve" }],
    ["resets", { kind: "reset" }],
    ["stalls", { kind: "stall" }],
    ["closes at reuse", { kind: "closeAfter", requests: 3 }],
  ];
  for (const [index, [name, behaviour]] of faults.entries()) {
    const victim = site.upstreams[index % UPSTREAMS] as Upstream;
    await withLoad(name, site, { seconds, rate }, async () => victim.behave(behaviour));
    victim.behave({ kind: "serve" });
  }
  const victim = site.upstreams[UPSTREAMS - 1] as Upstream;
  await withLoad("killed, then back", site, { seconds, rate }, async (endMs) => {
    await victim.kill();
    console.log(`  ${await untilQuiet(site.adminPort, victim.port, endMs)}`);
    await victim.start();
  });
}

async function withLoad(
  name: string,
  site: Site,
  { seconds, rate }: Pick<Options, "seconds" | "rate">,
  act: (endMs: number) => Promise<void>,
): Promise<void> {
  const load = new Load(site.listenPort, "/", CLIENTS);
  const done = load.run(seconds * rate, rate);
  await sleep((seconds * 1000) / 5);
  await act(performance.now() + (seconds * 1000) / 2);
  await done;
  print(`one of ${UPSTREAMS} ${name}`, load.outcome);
  load.close();
}

/** How long a dead host was still tried after its end. */
async function untilQuiet(adminPort: number, port: number, endMs: number): Promise<string> {
  const startMs = performance.now();
  let lastMs = startMs;
  let before = await attemptsAt(adminPort, port);
  while (performance.now() < endMs) {
    interruption.throwIfAborted();
    await sleep(LOOK_MS);
    const now = await attemptsAt(adminPort, port);
    if (now !== before) lastMs = performance.now();
    before = now;
  }
  const quietMs = performance.now() - lastMs;
  if (quietMs < LOOK_MS * 3) return "the dead host was tried until it came back";
  return `the dead host was last tried ${Math.round(lastMs - startMs)} ms after its end`;
}

/** Every upstream closes each connection after some requests, right behind an answer. */
async function runRace(site: Site, requests: number): Promise<void> {
  for (const [index, upstream] of site.upstreams.entries())
    upstream.behave({ kind: "closeAfter", requests: index + 2 });
  const load = new Load(site.listenPort, "/race", CLIENTS);
  await load.run(requests, 0);
  print("keep-alive race", load.outcome);
  load.close();
}

/** Everything at once, and what is left of it. */
async function runSoak({ listenPort, adminPort, upstreams }: Site, seconds: number): Promise<void> {
  const { sent, left } = await soak(listenPort, adminPort, upstreams, seconds);
  console.log(`soak: ${sent} requests; left in progress: ${left.length === 0 ? "nothing" : left.join(", ")}`);
  if (left.length > 0) process.exitCode = 1;
}

function print(name: string, { sent, good, lost, slowestMs }: Outcome): void {
  const losses = [...lost].map(([result, count]) => `${count} of ${result}`).join(", ");
  console.log(
    `${name}: ${sent} requests, ${sent - good} lost${losses === "" ? "" : ` (${losses})`}; slowest ${Math.round(slowestMs)} ms`,
  );
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "5" },
      rate: { type: "string", default: "300" },
      race: { type: "string", default: "100000" },
      soak: { type: "string", default: "20" },
    },
  });
  return {
    seconds: wholeNumber("seconds", values.seconds, 1),
    rate: wholeNumber("rate", values.rate, 1),
    race: wholeNumber("race", values.race, 1),
    soak: wholeNumber("soak", values.soak, 1),
  };
}

await runTool({ name: "chaos", usage: USAGE, parseOptions, run });
