import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../support/interruption.js";
import type { Behaviour } from "./behaviour.js";
import type { Upstream } from "./upstream.js";

const CLIENTS = 48;
/** How often one of the upstreams changes its mind. */
const CHANGE_MS = 150;
/** Longer than every timeout of the soak's cluster and its connection manager. */
const QUIET_LIMIT_MS = 15_000;
const POLL_MS = 200;
const BODY = "y".repeat(20_000);
const PATHS = ["/soak/plain", "/soak/hedge", "/soak/mirror", "/soak/high"];
const BEHAVIOURS: readonly Behaviour[] = [
  { kind: "serve" },
  { kind: "serve" },
  { kind: "reset" },
  { kind: "stall" },
  { kind: "closeAfter", requests: 2 },
];

export interface SoakOutcome {
  /** Requests that were begun. */
  readonly sent: number;
  /** Gauges that should be at zero and are not, a while after the last client has gone. */
  readonly left: readonly string[];
}

/**
 * Clients that abort, dawdle and send half of their requests, and upstreams that change between all ways to fail; then
 * silence. Nothing may be left of it in a proxy that goes on running.
 */
export async function soak(listenPort: number, adminPort: number, upstreams: readonly Upstream[], seconds: number) {
  const endMs = performance.now() + seconds * 1_000;
  const clients = Array.from({ length: CLIENTS }, () => new RestlessClient(listenPort));
  const running = Promise.all(clients.map((client) => client.run(endMs)));
  while (performance.now() < endMs) {
    interruption.throwIfAborted();
    anyOf(upstreams).behave(anyOf(BEHAVIOURS));
    await sleep(CHANGE_MS);
  }
  await running;
  for (const upstream of upstreams) upstream.behave({ kind: "serve" });
  const sent = clients.reduce((sum, client) => sum + client.sent, 0);
  return { sent, left: await leftovers(adminPort) } satisfies SoakOutcome;
}

/** Waits until nothing is in progress any more, for as long as that may take. */
async function leftovers(adminPort: number): Promise<string[]> {
  const deadline = performance.now() + QUIET_LIMIT_MS;
  for (;;) {
    interruption.throwIfAborted();
    const left = await gaugesInProgress(adminPort);
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(POLL_MS);
  }
}

/** Connections, requests and retries of the soak, and the circuit breakers that they have opened. */
const IN_PROGRESS = /^(cluster\.soak.*|http\.in\.downstream.*|listener\..*)_active: [1-9]|^cluster\.soak.*_open: [1-9]/;
/** `max_*` of the configuration: what is left of it when nothing is in use. */
const REMAINING = /^cluster\.soak\.circuit_breakers\.default\.remaining_(\w+): (\d+)$/;
const LIMITS: Readonly<Record<string, number>> = { cx: 8, pending: 6, rq: 12, retries: 2 };

async function gaugesInProgress(adminPort: number): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/stats?filter=_active|_open|remaining_`);
  return (await response.text()).split("\n").filter((line) => {
    const [, name = "", value] = REMAINING.exec(line) ?? [];
    if (name in LIMITS) return Number(value) !== LIMITS[name];
    return IN_PROGRESS.test(line);
  });
}

/** One client after another, each with a few requests on a connection of its own. */
class RestlessClient {
  sent = 0;
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  async run(endMs: number): Promise<void> {
    while (performance.now() < endMs) await this.connection();
  }

  private connection(): Promise<void> {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.on("data", () => this.next(socket));
      socket.on("end", () => socket.end());
      socket.once("connect", () => this.next(socket));
      // However it stands by then, it is over.
      setTimeout(() => socket.destroy(), 50 + Math.random() * 400);
    });
  }

  private next(socket: net.Socket): void {
    if (socket.destroyed || socket.writableEnded) return;
    const chance = Math.random();
    if (chance < 0.05) socket.destroy();
    else if (chance < 0.1) socket.resetAndDestroy();
    else if (chance < 0.15) socket.end();
    else if (chance < 0.2) socket.pause();
    else this.request(socket, chance);
  }

  private request(socket: net.Socket, chance: number): void {
    this.sent++;
    const path = anyOf(PATHS);
    if (chance < 0.6) {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: chaos\r\n\r\n`);
      return;
    }
    const length = Math.floor(Math.random() * BODY.length);
    const sentLength = chance < 0.7 ? Math.floor(length / 2) : length;
    socket.write(`POST ${path} HTTP/1.1\r\nhost: chaos\r\ncontent-length: ${length}\r\n\r\n`);
    socket.write(BODY.slice(0, sentLength));
  }
}

function anyOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}
