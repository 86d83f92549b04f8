import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CleanUp } from "./clean-up.js";
import { TextStream } from "./text-stream.js";

/** Starting takes a second or so on a machine that does nothing else. */
export const START_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 10_000;
const BIN = fileURLToPath(new URL("../../../bin/sluice", import.meta.url));

export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** A directory that is removed when the test is over. */
export function temporaryDirectory(t: CleanUp): string {
  const directory = mkdtempSync(join(tmpdir(), "sluice-test-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The `sluice` command as a process of its own, whatever it was asked to do. Killed when the test is over. */
export class SluiceCommand {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Settles with the exit code, or the name of the signal that ended the process. */
  readonly ended: Promise<number | string>;
  private readonly child: ChildProcess;

  constructor(t: CleanUp, args: readonly string[]) {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    this.stdout = new TextStream("stdout", child.stdout);
    this.stderr = new TextStream("stderr", child.stderr);
    // `close` follows `exit` when all output has been read.
    this.ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal ?? "")));
    t.after(async () => {
      child.kill("SIGKILL");
      await this.ended;
    });
  }

  /** Runs the command to its end. */
  static async run(t: CleanUp, ...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
    const command = new SluiceCommand(t, args);
    const code = await command.exitCode(START_TIMEOUT_MS);
    return { code, stdout: command.stdout.text, stderr: command.stderr.text };
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for the end of the process. */
  async exitCode(timeoutMs = END_TIMEOUT_MS): Promise<number | string> {
    return within(timeoutMs, this.ended, () => `the process did not end:\n${this.stderr.text}`);
  }
}

/**
 * A running proxy with an admin on a port of its own.
 *
 * ```ts
 * const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: [upstream.port] }), ["--concurrency", "2"]);
 * const client = await RawClient.connect(t, sluice.port);
 * ```
 */
export class SluiceProcess extends SluiceCommand {
  adminPort = 0;
  /** Where the listeners are bound, by name, as the admin writes it. */
  listeners: ReadonlyMap<string, string> = new Map();

  /** Resolves when the proxy says that it is ready. One thread, unless the arguments say otherwise. */
  static async start(t: CleanUp, config: string, args: readonly string[] = []): Promise<SluiceProcess> {
    const directory = temporaryDirectory(t);
    const configPath = join(directory, "sluice.yaml");
    const adminPath = join(directory, "admin");
    writeFileSync(configPath, config);
    const concurrency = args.includes("--concurrency") ? [] : ["--concurrency", "1"];
    const sluice = new SluiceProcess(t, ["-c", configPath, "--admin-address-path", adminPath, ...concurrency, ...args]);
    const failed = sluice.ended.then((code) => Promise.reject(new Error(`sluice ended with ${code}`)));
    const address = Promise.race([fileContent(t, directory, "admin"), failed]);
    sluice.adminPort = portOf(await within(START_TIMEOUT_MS, address, () => sluice.stderr.text));
    assert.equal((await sluice.admin("/ready")).body, "LIVE\n");
    const listeners = (await sluice.admin("/listeners")).body.trimEnd().split("\n");
    sluice.listeners = new Map(listeners.map((line) => line.split("::") as [string, string]));
    return sluice;
  }

  /** Where the listener `main` is bound. */
  get port(): number {
    return this.portOf("main");
  }

  portOf(listener: string): number {
    return portOf(this.listeners.get(listener) ?? "");
  }

  /** Each request on a connection of its own, so that none is left to be closed. */
  admin(path: string, method: "GET" | "POST" = "GET"): Promise<AdminAnswer> {
    return new Promise((resolve, reject) => {
      const options = { port: this.adminPort, host: "127.0.0.1", path, method, agent: false, timeout: END_TIMEOUT_MS };
      const request = http.request(options, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => {
          body += piece;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
      request.on("timeout", () => request.destroy(new Error(`admin ${path}: no answer`)));
      request.on("error", reject);
      request.end();
    });
  }

  /** Counters and gauges by their full names. */
  async stats(): Promise<ReadonlyMap<string, number>> {
    const { body } = await this.admin("/stats");
    const entries = body.split("\n").flatMap((line): [string, number][] => {
      const match = /^(.+): (\d+)$/.exec(line);
      return match === null ? [] : [[match[1] as string, Number(match[2])]];
    });
    return new Map(entries);
  }
}

function portOf(address: string): number {
  const port = Number(/:(\d+)$/.exec(address)?.[1]);
  assert.ok(port > 0, `no port in '${address}'`);
  return port;
}

/** The content of a file, as soon as it has some. */
function fileContent(t: CleanUp, directory: string, name: string): Promise<string> {
  return new Promise((resolve) => {
    const look = (): void => {
      const content = readIfThere(join(directory, name));
      if (content !== "") resolve(content);
    };
    const watcher = watch(directory, look);
    t.after(() => watcher.close());
    look();
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Bounds a wait. @param explain what else a failure says, late or not */
export async function within<T>(timeoutMs: number, work: Promise<T>, explain: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, expired]);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${explain()}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
