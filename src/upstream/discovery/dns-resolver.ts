import { NODATA, NOTFOUND } from "node:dns";
import type { DnsLookupFamily } from "../dns-config.js";

/** What a name resolves to, in the order of preference. */
export interface DnsAnswer {
  /** Empty when the name service says for certain that there are none. */
  readonly addresses: readonly string[];
  /** How long that holds, milliseconds; null when it was not said. */
  readonly ttlMs: number | null;
}

/** Asks the name service. Injected, so that tests need no names. */
export interface DnsResolver {
  /** Rejects when there is no answer, or one that leaves open whether there are addresses. */
  resolve(name: string, family: DnsLookupFamily): Promise<DnsAnswer>;
}

/** Whether an error of `node:dns` is an answer all the same: the name is unknown, or has no addresses of a family. */
export function saysThereAreNone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === NOTFOUND || code === NODATA;
}
