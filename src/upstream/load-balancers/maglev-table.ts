import { Hash64 } from "../../common/hash64.js";
import { xxHash64 } from "../../common/xx-hash64.js";
import type { Host } from "../host.js";
import { hashKeyOf } from "./hash-key.js";
import type { HashTable } from "./hash-table.js";
import type { WeightedHost } from "./normalized-weights.js";

/** A host while the table is filled. */
interface Candidate {
  readonly host: Host;
  readonly key: string;
  readonly share: number;
  /** The place it wants next, and how far the one after that is. */
  place: number;
  skip: number;
  /** What its share times the rounds must reach before it takes a place. */
  due: number;
  places: number;
}

/**
 * The table of Maglev ("Maglev: A Fast and Reliable Software Network Load Balancer", 3.4): every host has an order of its
 * own in which it wants the places, and hosts take turns. A hash belongs to the host at its rest by the table's size.
 * Hosts come in the order of their keys, so that the table depends on nothing else.
 */
export class MaglevTable implements HashTable {
  readonly minEntriesPerHost: number;
  readonly maxEntriesPerHost: number;
  private readonly size: number;
  private readonly hosts: readonly Host[];
  /** Index of the host by place. */
  private readonly owners: Uint32Array;
  private readonly scratch = new Hash64();

  /** @param size a prime number, so that every order reaches every place */
  constructor(weighted: readonly WeightedHost[], size: number, useHostname: boolean) {
    this.size = size;
    // control plane: when hosts change
    const candidates = weighted.map((one) => candidateOf(one, size, useHostname)).sort(byKey);
    this.hosts = candidates.map(({ host }) => host); // control plane: when hosts change
    this.owners = filled(candidates, size);
    const places = candidates.map((candidate) => candidate.places); // control plane: when hosts change
    this.minEntriesPerHost = places.length === 0 ? 0 : Math.min(...places);
    this.maxEntriesPerHost = places.length === 0 ? 0 : Math.max(...places);
  }

  choose(hash: Hash64, attempt: number): Host | null {
    if (this.hosts.length === 0) return null;
    if (attempt === 0) return this.hostAt(hash);
    // Another attempt is another hash: nearly all bits of it are turned over, which scatters the hosts of the attempts.
    this.scratch.set(~hash.high, hash.low ^ -attempt);
    return this.hostAt(this.scratch);
  }

  private hostAt(hash: Hash64): Host {
    return this.hosts[this.owners[hash.modulo(this.size)] as number] as Host;
  }
}

function candidateOf({ host, share }: WeightedHost, size: number, useHostname: boolean): Candidate {
  const key = hashKeyOf(host, useHostname);
  const hash = new Hash64();
  xxHash64(key, hash);
  const place = hash.modulo(size);
  xxHash64(key, hash, 1);
  return { host, key, share, place, skip: hash.modulo(size - 1) + 1, due: 0, places: 0 };
}

function byKey(a: Candidate, b: Candidate): number {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

/** A host with a third of the greatest share takes a place every third round. */
function filled(candidates: readonly Candidate[], size: number): Uint32Array {
  const owners = new Uint32Array(candidates.length === 0 ? 0 : size);
  const taken = new Uint8Array(owners.length);
  const greatest = candidates.reduce((max, { share }) => Math.max(max, share), 0);
  let count = 0;
  for (let round = 1; count < owners.length; round++) {
    for (let index = 0; index < candidates.length && count < size; index++) {
      const candidate = candidates[index] as Candidate;
      if (round * candidate.share < candidate.due) continue;
      candidate.due += greatest;
      while (taken[candidate.place] === 1) advance(candidate, size);
      owners[candidate.place] = index;
      taken[candidate.place] = 1;
      candidate.places++;
      count++;
      advance(candidate, size);
    }
  }
  return owners;
}

function advance(candidate: Candidate, size: number): void {
  candidate.place += candidate.skip;
  if (candidate.place >= size) candidate.place -= size;
}
