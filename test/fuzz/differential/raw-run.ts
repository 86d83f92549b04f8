import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A client that sends everything at once, and what came back until nothing happened for a while. */
export interface RawRun {
  readonly received: string;
  readonly ended: boolean;
}

/** Longer than this no input takes, whatever a reader does with it. */
const LIMIT_MS = 6_000;
const POLL_MS = 3;

/**
 * @param quietMs how long nothing may happen until the run is over
 * @param activity a number that changes when something happens behind the reader
 */
export async function runRaw(port: number, input: string, quietMs: number, activity: () => number): Promise<RawRun> {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  let received = "";
  let ended = false;
  let last = performance.now();
  socket.on("data", (data: Buffer) => {
    received += data.toString("latin1");
    last = performance.now();
  });
  const onEnd = (): void => {
    ended = true;
  };
  socket.on("end", onEnd);
  socket.on("error", onEnd);
  socket.on("close", onEnd);
  socket.write(input, "latin1");
  const start = performance.now();
  let seen = activity();
  while (!ended && performance.now() - last < quietMs && performance.now() - start < LIMIT_MS) {
    await sleep(POLL_MS);
    const now = activity();
    if (now !== seen) last = performance.now();
    seen = now;
  }
  socket.destroy();
  return { received, ended };
}

/** The status of the last response head in what a client received; interim ones do not count. */
export function lastStatus(received: string): number {
  const statuses = [...received.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
  return statuses.findLast((status) => status >= 200) ?? 0;
}
