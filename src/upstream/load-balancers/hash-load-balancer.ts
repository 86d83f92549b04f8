import { Hash64 } from "../../common/hash64.js";
import type { Gauge } from "../../stats/stat.js";
import type { Host } from "../host.js";
import type { HostSet } from "../host-set.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { HashingConfig, MaglevConfig, RingHashConfig } from "../load-balancing-config.js";
import type { PrioritySetObserver } from "../priority-set.js";
import { BoundedLoadTable } from "./bounded-load-table.js";
import { HashRing } from "./hash-ring.js";
import type { HashTable } from "./hash-table.js";
import { MaglevTable } from "./maglev-table.js";
import { normalizedWeights, type WeightedHost } from "./normalized-weights.js";
import { DEGRADED, type PriorityState, priorityAt, priorityStateOf } from "./priority-state.js";
import type { BalancerParts } from "./zone-aware-load-balancer.js";

/** Makes the table of one priority, and shows its figures in the stats. */
export interface HashTableFactory {
  createTable(weighted: readonly WeightedHost[]): HashTable;
}

interface Priority {
  readonly hostSet: HostSet;
  readonly panic: boolean;
  readonly table: HashTable;
}

const UINT32 = 0x1_0000_0000;
const PERCENT = 100;

/** The request's hash decides about the priority and, within it, about the host (ring hash, Maglev). */
export class HashLoadBalancer implements LoadBalancer, PrioritySetObserver {
  private readonly parts: BalancerParts;
  private readonly tables: HashTableFactory;
  private readonly hashing: HashingConfig;
  private state: PriorityState;
  private priorities: readonly Priority[] = [];
  /** The hash of a request that has none. */
  private readonly drawn = new Hash64();

  constructor(parts: BalancerParts, tables: HashTableFactory, hashing: HashingConfig) {
    this.parts = parts;
    this.tables = tables;
    this.hashing = hashing;
    this.state = priorityStateOf(parts.prioritySet.hostSets, parts.panicThreshold);
    this.onHostsChanged();
    parts.prioritySet.addObserver(this);
  }

  onHostsChanged(): void {
    const { prioritySet, panicThreshold } = this.parts;
    const before = this.priorities;
    this.state = priorityStateOf(prioritySet.hostSets, panicThreshold);
    // control plane: when hosts change, or their health
    this.priorities = prioritySet.hostSets.map((hostSet, index) => {
      const known = before[index];
      const panic = this.state.panic[index] as boolean;
      return known?.hostSet === hostSet && known.panic === panic ? known : this.build(hostSet, panic);
    });
  }

  private build(hostSet: HostSet, panic: boolean): Priority {
    const { balanceFactor, localityWeighted } = this.hashing;
    const weighted = normalizedWeights(hostSet, panic, localityWeighted);
    const table = this.tables.createTable(weighted);
    return {
      hostSet,
      panic,
      table: balanceFactor === 0 ? table : new BoundedLoadTable(table, weighted, balanceFactor),
    };
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    const hash = context.hashKey() ?? this.drawHash();
    const load = context.priorityLoad(this.parts.prioritySet, this.state.load);
    const priority = this.priorities[priorityAt(load, hash.modulo(PERCENT)) & ~DEGRADED];
    if (priority === undefined) return null;
    if (priority.panic) this.parts.stats.healthyPanic.inc();
    let host = priority.table.choose(hash, 0);
    if (host === null || !context.shouldSelectAnotherHost(host)) return host;
    const retries = context.hostSelectionRetryCount();
    for (let attempt = 1; attempt <= retries; attempt++) {
      host = priority.table.choose(hash, attempt);
      if (host === null || !context.shouldSelectAnotherHost(host)) return host;
    }
    return host;
  }

  /** The next request's hash is not known. */
  peekAnotherHost(): Host | null {
    return null;
  }

  private drawHash(): Hash64 {
    const { random } = this.parts;
    this.drawn.set(random.below(UINT32), random.below(UINT32));
    return this.drawn;
  }
}

export class HashRingFactory implements HashTableFactory {
  private readonly config: RingHashConfig;
  private readonly size: Gauge | null;
  private readonly minHashes: Gauge | null;
  private readonly maxHashes: Gauge | null;

  constructor(config: RingHashConfig, { stats, showsGauges }: BalancerParts) {
    this.config = config;
    const scope = showsGauges ? stats.scope : null;
    this.size = scope?.gauge("ring_hash_lb.size") ?? null;
    this.minHashes = scope?.gauge("ring_hash_lb.min_hashes_per_host") ?? null;
    this.maxHashes = scope?.gauge("ring_hash_lb.max_hashes_per_host") ?? null;
  }

  createTable(weighted: readonly WeightedHost[]): HashTable {
    const { hashFunction, minimumRingSize, maximumRingSize, hashing } = this.config;
    const { useHostname } = hashing;
    const ring = new HashRing(weighted, { hashFunction, minimumRingSize, maximumRingSize, useHostname });
    this.size?.set(ring.size);
    this.minHashes?.set(ring.minPointsPerHost);
    this.maxHashes?.set(ring.maxPointsPerHost);
    return ring;
  }
}

export class MaglevTableFactory implements HashTableFactory {
  private readonly config: MaglevConfig;
  private readonly minEntries: Gauge | null;
  private readonly maxEntries: Gauge | null;

  constructor(config: MaglevConfig, { stats, showsGauges }: BalancerParts) {
    this.config = config;
    const scope = showsGauges ? stats.scope : null;
    this.minEntries = scope?.gauge("maglev_lb.min_entries_per_host") ?? null;
    this.maxEntries = scope?.gauge("maglev_lb.max_entries_per_host") ?? null;
  }

  createTable(weighted: readonly WeightedHost[]): HashTable {
    const table = new MaglevTable(weighted, this.config.tableSize, this.config.hashing.useHostname);
    this.minEntries?.set(table.minEntriesPerHost);
    this.maxEntries?.set(table.maxEntriesPerHost);
    return table;
  }
}
