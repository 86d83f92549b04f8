import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { interruption } from "../support/interruption.js";
import { MACRO } from "../support/paths.js";
import { LOAD_CORE, pinned } from "./cores.js";

const run = promisify(execFile);
/** wrk ends by itself; this is for the case that it does not. */
const GRACE_MS = 15_000;

export interface Load {
  readonly requests: number;
  readonly bytes: number;
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

/** What wrk-report.lua prints. */
interface WrkReport {
  readonly requests: number;
  readonly bytes: number;
  readonly microseconds: number;
  readonly p99Microseconds: number;
  readonly notOk: number;
  readonly failures: number;
}

/** Keeps the connections busy for some seconds; throws if a single request failed. */
export async function generateLoad(url: string, connections: number, seconds: number): Promise<Load> {
  const command = ["wrk", "-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--latency"];
  const [program, ...args] = pinned(LOAD_CORE, [...command, "-s", `${MACRO}/wrk-report.lua`, url]) as [string];
  const { stdout } = await run(program, args, {
    timeout: seconds * 1000 + GRACE_MS,
    killSignal: "SIGKILL",
    signal: interruption,
  });
  const report = JSON.parse(stdout.trimEnd().split("\n").at(-1) as string) as WrkReport;
  if (report.requests === 0) throw new Error("no request was answered");
  if (report.notOk + report.failures > 0) {
    throw new Error(`${report.notOk} answers were not 2xx and ${report.failures} requests failed`);
  }
  return {
    requests: report.requests,
    bytes: report.bytes,
    requestsPerSecond: report.requests / (report.microseconds / 1e6),
    p99Ms: report.p99Microseconds / 1000,
  };
}
