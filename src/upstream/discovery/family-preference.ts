import type { DnsLookupFamily } from "../dns-config.js";

/** Puts both families together as asked. */
export function byPreference<T>(v4: readonly T[], v6: readonly T[], family: DnsLookupFamily): readonly T[] {
  switch (family) {
    case "auto":
      // AUTO means IPv6, and IPv4 only where there is none (`envoy.config.cluster.v3.Cluster.DnsLookupFamily`).
      return v6.length > 0 ? v6 : v4;
    case "v4Preferred":
      return v4.length > 0 ? v4 : v6;
    case "v4Only":
      return v4;
    case "v6Only":
      return v6;
    case "all":
      return [...v6, ...v4];
  }
}
