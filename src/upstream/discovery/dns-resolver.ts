import type { DnsLookupFamily } from "../dns-config.js";

/** What a name resolves to, in the order of preference. */
export interface DnsAnswer {
  readonly addresses: readonly string[];
  /** How long that holds, milliseconds; null when it was not said. */
  readonly ttlMs: number | null;
}

/** Asks the name service. Injected, so that tests need no names. */
export interface DnsResolver {
  /** Rejects when there is no answer, and when there are no addresses. */
  resolve(name: string, family: DnsLookupFamily): Promise<DnsAnswer>;
}
