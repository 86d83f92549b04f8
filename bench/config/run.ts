/*
 * npm run bench:config: how long configurations take: a generated one of 1 MB to load, a small one from the start of the process until it
 * listens. Each figure is the median of fresh processes; `user` is CPU time, which other load on the machine leaves be.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { interruption } from "../support/interruption.js";
import { wholeNumber } from "../support/option-values.js";
import { ROOT } from "../support/paths.js";
import { runTool, type ToolSite } from "../support/run-tool.js";
import { generatedBootstrap } from "./generated-bootstrap.js";

const USAGE = `npm run bench:config -- [options]
  --rounds N     processes for each figure (7)`;

const START_LIMIT_MS = 30_000;
const TICK_MS = 10;
const MICROSECONDS = 1_000;

interface Sample {
  readonly wallMs: number;
  readonly userMs: number;
}

const SMALL = `admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: s
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{ match: { prefix: / }, route: { cluster: c } }]
          http_filters:
          - name: router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
  - name: c
    load_assignment:
      cluster_name: c
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9 } } } }] }]
`;

const LOAD = `
const { loadBootstrap } = await import(process.argv[1]);
const started = performance.now();
const cpu = process.cpuUsage();
loadBootstrap({ path: process.argv[2] });
console.log(JSON.stringify({ wallMs: performance.now() - started, userMs: process.cpuUsage(cpu).user / ${MICROSECONDS} }));
`;

interface Options {
  readonly rounds: number;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({ args, options: { rounds: { type: "string", default: "7" } } });
  return { rounds: wholeNumber("rounds", values.rounds, 1) };
}

async function run({ rounds }: Options, { folder }: ToolSite): Promise<void> {
  const big = generatedBootstrap();
  for (const [name, text] of [
    ["generated", big],
    ["small", SMALL],
  ] as const) {
    const path = join(folder, `${name}.yaml`);
    writeFileSync(path, text);
    print(
      `load ${name} (${Math.ceil(text.length / 1024)} KiB)`,
      repeated(rounds, () => loading(path)),
    );
  }
  const starts: Sample[] = [];
  for (let round = 0; round < rounds; round++) starts.push(await starting(folder, round));
  print("process start to listening, small", starts);
}

function repeated(rounds: number, sample: () => Sample): Sample[] {
  return Array.from({ length: rounds }, sample);
}

function loading(path: string): Sample {
  const loader = join(ROOT, "dist", "src", "config", "bootstrap.js");
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", LOAD, loader, path], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Sample;
}

/** The admin's address is written when all listeners are open. */
async function starting(folder: string, round: number): Promise<Sample> {
  const config = join(folder, "small.yaml");
  const ready = join(folder, `ready-${round}`);
  const args = [join(ROOT, "bin", "sluice"), "-c", config, "--concurrency", "1", "--admin-address-path", ready];
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  try {
    while (!existsSync(ready)) {
      interruption.throwIfAborted();
      if (child.exitCode !== null || performance.now() - started > START_LIMIT_MS)
        throw new Error("sluice did not start");
      await sleep(1);
    }
    return { wallMs: performance.now() - started, userMs: userMsOf(child) };
  } finally {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
}

/** From /proc, in ticks of the kernel; NaN where there is none. */
function userMsOf(child: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

function print(what: string, samples: readonly Sample[]): void {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  const wall = median(samples.map(({ wallMs }) => wallMs));
  const user = median(samples.map(({ userMs }) => userMs));
  process.stdout.write(
    `${what.padEnd(36)} wall ${wall.toFixed(0).padStart(5)} ms   user ${user.toFixed(0).padStart(5)} ms\n`,
  );
}

await runTool({ name: "bench:config", usage: USAGE, parseOptions, run });
