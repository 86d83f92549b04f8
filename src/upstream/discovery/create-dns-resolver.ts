import type { DnsConfig } from "../dns-config.js";
import type { DnsResolver } from "./dns-resolver.js";
import { NameServerResolver } from "./name-server-resolver.js";
import { SystemResolver } from "./system-resolver.js";

/** The system's resolver knows the hosts file and search domains, but neither other servers nor how long answers hold. */
export function createDnsResolver(config: DnsConfig): DnsResolver {
  if (config.resolvers.length > 0) return new NameServerResolver(config.resolvers, null);
  return config.respectTtl ? new NameServerResolver([], new SystemResolver()) : new SystemResolver();
}
