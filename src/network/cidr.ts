import { BlockList, isIP } from "node:net";
import type { CidrRange } from "./listener-config.js";

/** A set of address ranges, compiled once. */
export class CidrSet {
  private readonly blocks = new BlockList();
  readonly isEmpty: boolean;

  constructor(ranges: readonly CidrRange[]) {
    this.isEmpty = ranges.length === 0;
    for (const range of ranges) {
      this.blocks.addSubnet(range.addressPrefix, range.prefixLength, isIP(range.addressPrefix) === 6 ? "ipv6" : "ipv4");
    }
  }

  /** @param host a literal address; anything else is in no range. */
  contains(host: string): boolean {
    const family = isIP(host);
    if (family === 0) return false;
    return this.blocks.check(host, family === 6 ? "ipv6" : "ipv4");
  }
}
