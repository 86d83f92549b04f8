import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { DnsLookupFamily } from "../dns-config.js";
import { type DnsAnswer, type DnsResolver, saysThereAreNone } from "./dns-resolver.js";
import { byPreference } from "./family-preference.js";

/** `getaddrinfo`, which knows the hosts file, search domains and the system's order of addresses. */
export class SystemResolver implements DnsResolver {
  async resolve(name: string, family: DnsLookupFamily): Promise<DnsAnswer> {
    const found = await this.lookUp(name, family);
    const v4 = found.filter((entry) => entry.family === 4).map((entry) => entry.address);
    const v6 = found.filter((entry) => entry.family === 6).map((entry) => entry.address);
    return { addresses: byPreference(v4, v6, family), ttlMs: null };
  }

  private async lookUp(name: string, family: DnsLookupFamily): Promise<readonly LookupAddress[]> {
    try {
      return await lookup(name, { all: true, family: FAMILY_NUMBERS[family] });
    } catch (error) {
      if (saysThereAreNone(error)) return [];
      throw error;
    }
  }
}

/** What `getaddrinfo` is asked for; 0 is both. */
const FAMILY_NUMBERS = { auto: 0, v4Only: 4, v6Only: 6, v4Preferred: 0, all: 0 } as const;
