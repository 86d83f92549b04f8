import { Hash64 } from "../../common/hash64.js";
import { murmurHash2 } from "../../common/murmur-hash2.js";
import { xxHash64 } from "../../common/xx-hash64.js";
import type { Host } from "../host.js";
import type { RingHashFunction } from "../load-balancing-config.js";
import { hashKeyOf } from "./hash-key.js";
import type { HashTable } from "./hash-table.js";
import type { WeightedHost } from "./normalized-weights.js";
import { radixSort } from "./radix-sort.js";

/** What a ring is made from. */
export interface RingSettings {
  readonly hashFunction: RingHashFunction;
  readonly minimumRingSize: number;
  readonly maximumRingSize: number;
  readonly useHostname: boolean;
}

/**
 * A ketama ring: each host has points in proportion to its share, at the hashes of `<key>_<number>`; a hash belongs to the
 * first point at or above it. When a host goes, only its own hashes move.
 */
export class HashRing implements HashTable {
  readonly size: number;
  readonly minPointsPerHost: number;
  readonly maxPointsPerHost: number;
  private readonly hosts: readonly Host[];
  /** By ascending hash: its halves, and the index of the point's host. */
  private readonly highs: Uint32Array;
  private readonly lows: Uint32Array;
  private readonly owners: Uint32Array;

  constructor(weighted: readonly WeightedHost[], settings: RingSettings) {
    // control plane: when hosts change
    this.hosts = weighted.map(({ host }) => host);
    const counts = pointCounts(weighted, settings);
    this.size = counts.reduce(sum, 0);
    this.minPointsPerHost = counts.length === 0 ? 0 : Math.min(...counts);
    this.maxPointsPerHost = counts.length === 0 ? 0 : Math.max(...counts);
    const points = hashPoints(this.hosts, counts, this.size, settings);
    const order = radixSort(points.highs, points.lows);
    this.highs = permuted(points.highs, order);
    this.lows = permuted(points.lows, order);
    this.owners = permuted(points.owners, order);
  }

  choose(hash: Hash64, attempt: number): Host | null {
    const { size } = this;
    if (size === 0) return null;
    // Another attempt takes the next points. They may be the same host's: this is a good try, no guarantee.
    const point = (this.firstAtOrAbove(hash.high >>> 0, hash.low >>> 0) + attempt) % size;
    return this.hosts[this.owners[point] as number] as Host;
  }

  /** Points with their hosts, for tests and for looking at. */
  points(): { readonly hash: string; readonly host: Host }[] {
    // control plane: for people
    return Array.from(this.owners, (owner, index) => {
      const hash = new Hash64(this.highs[index] as number, this.lows[index] as number);
      return { hash: hash.toString(), host: this.hosts[owner] as Host };
    });
  }

  /** Above the last point the ring begins again. */
  private firstAtOrAbove(high: number, low: number): number {
    const { highs, lows, size } = this;
    let from = 0;
    let to = size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const above = highs[middle] as number;
      if (above < high || (above === high && (lows[middle] as number) < low)) from = middle + 1;
      else to = middle;
    }
    return from === size ? 0 : from;
  }
}

/**
 * How many points each host gets: the least host a whole number, so that there are `minimumRingSize` or somewhat more,
 * but never more than `maximumRingSize`. What is not whole is carried over to the next host.
 */
function pointCounts(weighted: readonly WeightedHost[], settings: RingSettings): number[] {
  const least = weighted.reduce((min, { share }) => Math.min(min, share), 1);
  const scale = Math.min(Math.ceil(least * settings.minimumRingSize) / least, settings.maximumRingSize);
  let made = 0;
  let wanted = 0;
  return weighted.map(({ share }) => {
    wanted += scale * share;
    const count = Math.max(0, Math.ceil(wanted - made));
    made += count;
    return count;
  });
}

function sum(a: number, b: number): number {
  return a + b;
}

function hashPoints(hosts: readonly Host[], counts: readonly number[], size: number, settings: RingSettings) {
  const highs = new Uint32Array(size);
  const lows = new Uint32Array(size);
  const owners = new Uint32Array(size);
  const hash = new Hash64();
  const hashText = settings.hashFunction === "xxHash" ? xxHash64 : murmurHash2;
  let point = 0;
  for (const [owner, host] of hosts.entries()) {
    const key = `${hashKeyOf(host, settings.useHostname)}_`;
    for (let number = 0; number < (counts[owner] as number); number++, point++) {
      hashText(key + number, hash);
      highs[point] = hash.high;
      lows[point] = hash.low;
      owners[point] = owner;
    }
  }
  return { highs, lows, owners };
}

function permuted(values: Uint32Array, order: Uint32Array): Uint32Array {
  return Uint32Array.from(order, (index) => values[index] as number);
}
