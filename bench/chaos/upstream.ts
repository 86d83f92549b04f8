import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Behaviour } from "./behaviour.js";

const PROGRAM = fileURLToPath(new URL("./upstream-process.js", import.meta.url));
const POLL_MS = 20;
const START_LIMIT_MS = 15_000;

/** One origin in a process of its own, which can be told to misbehave, killed, and started again on its port. */
export class Upstream {
  readonly port: number;
  private child: ChildProcess | null = null;

  constructor(port: number) {
    this.port = port;
  }

  async start(): Promise<void> {
    this.child = fork(PROGRAM, [String(this.port)], { stdio: "ignore" });
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await accepts(this.port))) {
      if (Date.now() > deadline) throw new Error(`no upstream listens on port ${this.port}`);
      await sleep(POLL_MS);
    }
  }

  behave(behaviour: Behaviour): void {
    this.child?.send(behaviour);
  }

  /** SIGKILL: connections break, the port refuses. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
