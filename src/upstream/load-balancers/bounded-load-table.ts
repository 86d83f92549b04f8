import type { Hash64 } from "../../common/hash64.js";
import type { Host } from "../host.js";
import type { HashTable } from "./hash-table.js";
import type { WeightedHost } from "./normalized-weights.js";
import { SeededShuffle } from "./seeded-shuffle.js";

/**
 * Keeps hosts below a bound of requests in flight: `balanceFactor` percent of their share of all. A hash whose host is at
 * its bound goes to the first of the others that is not, in an order that the hash alone decides, the same as in Envoy
 * ("Consistent Hashing with Bounded Loads", arXiv 1608.01350, with random jumps as in arXiv 1908.08762).
 */
export class BoundedLoadTable implements HashTable {
  private readonly table: HashTable;
  private readonly weighted: readonly WeightedHost[];
  private readonly shares: ReadonlyMap<Host, number>;
  private readonly balanceFactor: number;
  private readonly shuffle: SeededShuffle;

  constructor(table: HashTable, weighted: readonly WeightedHost[], balanceFactor: number) {
    this.table = table;
    this.weighted = weighted;
    this.shares = new Map(weighted.map(({ host, share }) => [host, share])); // control plane: when hosts change
    this.balanceFactor = balanceFactor;
    this.shuffle = new SeededShuffle(weighted.length);
  }

  choose(hash: Hash64, attempt: number): Host | null {
    const first = this.table.choose(hash, attempt);
    if (first === null) return null;
    const slots = this.totalSlots();
    let chosen = first;
    let least = overload(first, slots, this.shares.get(first) as number);
    if (least <= 1) return first;
    this.shuffle.start(hash.low);
    for (let left = this.weighted.length; left > 0; left--) {
      const { host, share } = this.weighted[this.shuffle.next()] as WeightedHost;
      if (host === first) continue;
      const factor = overload(host, slots, share);
      if (factor <= 1) return host;
      if (factor < least) {
        chosen = host;
        least = factor;
      }
    }
    return chosen;
  }

  /** Requests that all hosts together may have in flight from this worker, this one included. */
  private totalSlots(): number {
    let active = 0;
    for (const { host } of this.weighted) active += host.stats.rqActive;
    return Math.floor(((active + 1) * this.balanceFactor + 99) / 100);
  }
}

/** Above 1 for a host that has more requests than its slots. */
function overload(host: Host, totalSlots: number, share: number): number {
  return host.stats.rqActive / Math.max(1, Math.ceil(totalSlots * share));
}
