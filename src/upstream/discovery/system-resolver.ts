import { lookup } from "node:dns/promises";
import type { DnsLookupFamily } from "../dns-config.js";
import type { DnsAnswer, DnsResolver } from "./dns-resolver.js";
import { byPreference } from "./family-preference.js";

/** `getaddrinfo`, which knows the hosts file, search domains and the system's order of addresses. */
export class SystemResolver implements DnsResolver {
  async resolve(name: string, family: DnsLookupFamily): Promise<DnsAnswer> {
    const found = await lookup(name, { all: true, family: FAMILY_NUMBERS[family] });
    const v4 = found.filter((entry) => entry.family === 4).map((entry) => entry.address);
    const v6 = found.filter((entry) => entry.family === 6).map((entry) => entry.address);
    const addresses = byPreference(v4, v6, family);
    if (addresses.length === 0) throw new Error("no addresses");
    return { addresses, ttlMs: null };
  }
}

/** What `getaddrinfo` is asked for; 0 is both. */
const FAMILY_NUMBERS = { auto: 0, v4Only: 4, v6Only: 6, v4Preferred: 0, all: 0 } as const;
