import { type ChildProcess, spawn } from "node:child_process";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "./interruption.js";
import { processTree } from "./process-cpu.js";

const START_LIMIT_MS = 15_000;
/** Time to end by itself after SIGTERM. */
const STOP_LIMIT_MS = 3_000;
const POLL_MS = 20;
/** How much of what a server prints is kept to explain why it failed. */
const KEPT_OUTPUT = 2_000;

/** A server that the benchmark started and stops. */
export interface RunningServer {
  readonly pid: number;
  /** It has ended, by itself or because it was stopped. */
  readonly hasEnded: boolean;
  stop(): Promise<void>;
}

const running = new Set<StartedProcess>();

/** Starts a server and waits until its port accepts connections. */
export async function startServer(
  command: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningServer> {
  const started = new StartedProcess(command, env);
  running.add(started);
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await accepts(port))) {
    interruption.throwIfAborted();
    if (started.hasEnded || Date.now() > deadline) {
      await started.stop();
      throw new Error(`${command.join(" ")} does not listen on port ${port}: ${started.output}`);
    }
    await sleep(POLL_MS);
  }
  return started;
}

/** Ends everything that was started and is still running. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

class StartedProcess implements RunningServer {
  private readonly child: ChildProcess;
  output = "";

  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    const [program, ...args] = command as [string, ...string[]];
    this.child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.child.on("error", (error) => this.keep(String(error)));
    this.child.stdout?.on("data", (bytes) => this.keep(String(bytes)));
    this.child.stderr?.on("data", (bytes) => this.keep(String(bytes)));
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get hasEnded(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async stop(): Promise<void> {
    running.delete(this);
    if (this.hasEnded) return;
    // Children of a server that had to be killed would live on, so they are noted before.
    const tree = processTree(this.pid);
    this.child.kill("SIGTERM");
    const deadline = Date.now() + STOP_LIMIT_MS;
    while (!this.hasEnded && Date.now() < deadline) await sleep(POLL_MS);
    if (this.hasEnded) return;
    for (const pid of tree) kill(pid);
  }

  private keep(output: string): void {
    this.output = (this.output + output).slice(-KEPT_OUTPUT);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** A port of the loopback interface that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
