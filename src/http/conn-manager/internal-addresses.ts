import { CidrSet } from "../../network/cidr.js";
import type { CidrRange } from "../../network/listener-config.js";

/** Callers that count as internal (`internal_address_config`). */
export interface InternalAddresses {
  /** @param host a literal address; empty for a Unix domain socket */
  contains(host: string): boolean;
}

/** Null when nobody is internal, which is the default. */
export function buildInternalAddresses(ranges: readonly CidrRange[], unixSockets: boolean): InternalAddresses | null {
  return ranges.length === 0 && !unixSockets ? null : new ConfiguredAddresses(ranges, unixSockets);
}

class ConfiguredAddresses implements InternalAddresses {
  private readonly ranges: CidrSet;
  private readonly unixSockets: boolean;

  constructor(ranges: readonly CidrRange[], unixSockets: boolean) {
    this.ranges = new CidrSet(ranges);
    this.unixSockets = unixSockets;
  }

  contains(host: string): boolean {
    return host === "" ? this.unixSockets : this.ranges.contains(host);
  }
}
