import { promises, type RecordWithTtl } from "node:dns";
import type { DnsLookupFamily } from "../dns-config.js";
import { type DnsAnswer, type DnsResolver, saysThereAreNone } from "./dns-resolver.js";
import { byPreference } from "./family-preference.js";

/** Milliseconds that a server has for an answer, and how often it is asked, as with Envoy's c-ares. */
const QUERY_TIMEOUT_MS = 5_000;
const TRIES = 2;

/** Asks name servers for records, which say how long they hold. */
export class NameServerResolver implements DnsResolver {
  private readonly resolver = new promises.Resolver({ timeout: QUERY_TIMEOUT_MS, tries: TRIES });
  private readonly otherwise: DnsResolver | null;

  /**
   * @param servers `192.0.2.53:53`; none takes those of the system
   * @param otherwise asked when the servers do not know a name: it may be in the hosts file or below a search domain
   */
  constructor(servers: readonly string[], otherwise: DnsResolver | null) {
    if (servers.length > 0) this.resolver.setServers(servers);
    this.otherwise = otherwise;
  }

  async resolve(name: string, family: DnsLookupFamily): Promise<DnsAnswer> {
    if (this.otherwise === null) return this.ask(name, family);
    const answer = await this.ask(name, family).catch(() => null);
    return answer !== null && answer.addresses.length > 0 ? answer : this.otherwise.resolve(name, family);
  }

  private async ask(name: string, family: DnsLookupFamily): Promise<DnsAnswer> {
    const [v4, v6] = await Promise.allSettled([
      family === "v6Only" ? [] : this.resolver.resolve4(name, { ttl: true }),
      family === "v4Only" ? [] : this.resolver.resolve6(name, { ttl: true }),
    ]);
    const records = byPreference(recordsOf(v4), recordsOf(v6), family);
    if (records.length > 0) {
      const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1_000;
      return { addresses: records.map(({ address }) => address), ttlMs };
    }
    for (const outcome of [v4, v6]) {
      if (outcome.status === "rejected" && !saysThereAreNone(outcome.reason)) throw outcome.reason;
    }
    return { addresses: [], ttlMs: null };
  }
}

/** A family that a name does not have is a rejection too. */
function recordsOf(outcome: PromiseSettledResult<RecordWithTtl[]>): RecordWithTtl[] {
  return outcome.status === "fulfilled" ? outcome.value : [];
}
