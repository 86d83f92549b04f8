import { Hash64 } from "../../../src/common/hash64.js";
import { NO_METADATA } from "../../../src/common/metadata.js";
import type { RandomSource } from "../../../src/common/random.js";
import { Runtime } from "../../../src/common/runtime.js";
import { SystemRandom } from "../../../src/common/system-random.js";
import { xxHash64 } from "../../../src/common/xx-hash64.js";
import type { StatsScope } from "../../../src/stats/stat.js";
import type { EndpointConfig } from "../../../src/upstream/cluster-info.js";
import { Host } from "../../../src/upstream/host.js";
import { configuredLocalityWeight } from "../../../src/upstream/host-set.js";
import type { LoadBalancer } from "../../../src/upstream/load-balancer.js";
import { ANY_HOST, type LoadBalancerContext } from "../../../src/upstream/load-balancer-context.js";
import { LoadBalancerStats } from "../../../src/upstream/load-balancer-stats.js";
import { createLoadBalancer } from "../../../src/upstream/load-balancers/load-balancer-factory.js";
import {
  type LbPolicyConfig,
  type LocalityLbConfig,
  NEVER_FORCED,
} from "../../../src/upstream/load-balancing-config.js";
import { NO_LOCALITY } from "../../../src/upstream/locality.js";
import { metadataMatchCriteria } from "../../../src/upstream/metadata-match.js";
import { PrioritySet } from "../../../src/upstream/priority-set.js";

/*
 * Nanoseconds of CPU to choose a host, and bytes allocated for it, by policy and number of hosts; milliseconds to take
 * in a change of hosts. Run it: node --expose-gc dist/bench/micro/upstream/load-balancers.js
 */

const ROUNDS = 9;
const HASHES = 200_000;
/** How long a round lasts, about. */
const ROUND_MS = 25;
const WARM_UP_MS = 150;
const HOST_COUNTS = [10, 1_000, 10_000];

const LOCALITY: LocalityLbConfig = {
  weighted: false,
  zoneAware: {
    routingEnabledPercent: 100,
    minClusterSize: 6,
    failTrafficOnPanic: false,
    forcedFromHosts: NEVER_FORCED,
    basis: "hosts",
  },
};
const HASHING = { useHostname: false, balanceFactor: 0, localityWeighted: false };
const ROUND_ROBIN: LbPolicyConfig = { kind: "roundRobin", slowStart: null, locality: LOCALITY };
const LEAST_REQUEST = {
  kind: "leastRequest",
  choiceCount: 2,
  activeRequestBias: { defaultValue: 1, runtimeKey: "" },
  fullScan: false,
  slowStart: null,
  locality: LOCALITY,
} as const;
const RING_HASH = {
  kind: "ringHash",
  hashFunction: "xxHash",
  minimumRingSize: 1024,
  maximumRingSize: 8_388_608,
  hashing: HASHING,
} as const;
const SUBSET: LbPolicyConfig = {
  kind: "subset",
  selectors: [{ keys: ["shard"], fallback: null, fallbackKeys: [], singleHost: false }],
  fallback: "none",
  defaultSubset: {},
  localityWeightAware: false,
  scaleLocalityWeight: false,
  panicModeAny: false,
  listAsAny: false,
  fallbackList: false,
  allowRedundantKeys: false,
  policy: ROUND_ROBIN,
};

interface Case {
  readonly title: string;
  readonly config: LbPolicyConfig;
  /** Of the host with this number. */
  readonly weightOf: (index: number) => number;
  readonly changes: (index: number) => Partial<EndpointConfig>;
}

const even = (): number => 1;
const uneven = (index: number): number => 1 + (index % 5);
const alike = (): Partial<EndpointConfig> => ({});

const CASES: readonly Case[] = [
  { title: "round robin", config: ROUND_ROBIN, weightOf: even, changes: alike },
  { title: "round robin, weights", config: ROUND_ROBIN, weightOf: uneven, changes: alike },
  {
    title: "round robin, two priorities",
    config: ROUND_ROBIN,
    weightOf: even,
    changes: (index) => ({ priority: index % 2, health: index % 8 === 0 ? "unhealthy" : "healthy" }),
  },
  { title: "least request", config: LEAST_REQUEST, weightOf: even, changes: alike },
  { title: "least request, weights", config: LEAST_REQUEST, weightOf: uneven, changes: alike },
  { title: "least request, full scan", config: { ...LEAST_REQUEST, fullScan: true }, weightOf: even, changes: alike },
  { title: "random", config: { kind: "random", locality: LOCALITY }, weightOf: even, changes: alike },
  { title: "ring hash", config: RING_HASH, weightOf: even, changes: alike },
  {
    title: "ring hash, bounded load",
    config: { ...RING_HASH, hashing: { ...HASHING, balanceFactor: 150 } },
    weightOf: even,
    changes: alike,
  },
  { title: "Maglev", config: { kind: "maglev", tableSize: 65_537, hashing: HASHING }, weightOf: even, changes: alike },
  {
    title: "subsets of ten",
    config: SUBSET,
    weightOf: even,
    changes: (index) => ({ metadata: { "envoy.lb": { shard: Math.floor(index / 10) } } }),
  },
];

const NO_STATS: StatsScope = {
  counter: (name) => ({ name, inc: () => {}, add: () => {} }),
  gauge: (name) => ({ name, inc: () => {}, dec: () => {}, add: () => {}, set: () => {} }),
  histogram: (name) => ({ name, record: () => {} }),
  scope: () => NO_STATS,
};

function endpointsOf({ weightOf, changes }: Case, count: number): EndpointConfig[] {
  return Array.from({ length: count }, (_, index) => ({
    address: { kind: "ip", host: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, port: 80 },
    hostname: "",
    weight: weightOf(index),
    priority: 0,
    locality: NO_LOCALITY,
    localityWeight: 0,
    health: "healthy",
    metadata: NO_METADATA,
    ...changes(index),
  }));
}

/** A request with a hash and, for subsets, a shard; every request another hash. */
function requestOf(random: RandomSource): LoadBalancerContext {
  const hash = new Hash64();
  const match = metadataMatchCriteria({ shard: 0 });
  return {
    ...ANY_HOST,
    hashKey: () => {
      hash.set(random.below(0x1_0000_0000), random.below(0x1_0000_0000));
      return hash;
    },
    metadataMatch: () => match,
  };
}

let chosen: Host | null = null;

/** Chooses for as long; returns how often. */
function choose(balancer: LoadBalancer, request: LoadBalancerContext, forMs: number): number {
  const end = performance.now() + forMs;
  let count = 0;
  while (performance.now() < end) {
    for (let index = 0; index < BATCH; index++) chosen = balancer.chooseHost(request);
    count += BATCH;
  }
  return count;
}

/** Choices between two looks at the clock. */
const BATCH = 500;

/** This process's own: other work of the machine does not count. */
function cpuNs(): number {
  return process.cpuUsage().user * 1_000;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] as number;
}

interface Figures {
  readonly chooseNs: number;
  readonly bytes: number;
  readonly updateMs: number;
}

function measure(one: Case, hostCount: number): Figures {
  const random = new SystemRandom();
  const prioritySet = new PrioritySet({
    overprovisioningFactor: 140,
    weightedPriorityHealth: false,
    localLocality: NO_LOCALITY,
    weightOfLocality: configuredLocalityWeight,
  });
  const hosts = endpointsOf(one, hostCount).map((endpoint) => new Host(endpoint, "c"));
  prioritySet.update(hosts);
  const runtime = new Runtime();
  const parts = {
    panicThreshold: 50,
    random,
    runtime,
    clock: performance,
    localSet: null,
    showsGauges: true,
    peeks: false,
  };
  const balancer = createLoadBalancer(one.config, { ...parts, prioritySet, stats: new LoadBalancerStats(NO_STATS) });
  const request = requestOf(random);
  choose(balancer, request, WARM_UP_MS);
  const updateTimes: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = cpuNs();
    prioritySet.update(round % 2 === 0 ? hosts.slice(1) : hosts);
    updateTimes.push((cpuNs() - started) / 1e6);
  }
  prioritySet.update(hosts);
  const times: number[] = [];
  const sizes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const started = cpuNs();
    const count = choose(balancer, request, ROUND_MS);
    times.push((cpuNs() - started) / count);
    sizes.push((process.memoryUsage().heapUsed - before) / count);
  }
  return { chooseNs: median(times), bytes: median(sizes), updateMs: median(updateTimes) };
}

function measureHash(): number {
  const hash = new Hash64();
  const texts = Array.from({ length: 64 }, (_, index) => `session-${index}-0123456789abcdef0123456789`);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = cpuNs();
    for (let index = 0; index < HASHES; index++) xxHash64(texts[index & 63] as string, hash);
    times.push((cpuNs() - started) / HASHES);
  }
  return median(times);
}

console.log(`xxHash64 of 37 bytes: ${measureHash().toFixed(0)} ns`);
console.log("policy                        hosts   choose   allocated   take in a change");
for (const one of CASES) {
  for (const hostCount of HOST_COUNTS) {
    const { chooseNs, bytes, updateMs } = measure(one, hostCount);
    const columns = [
      one.title.padEnd(27),
      String(hostCount).padStart(7),
      `${chooseNs.toFixed(0)} ns`.padStart(9),
      `${Math.max(0, bytes).toFixed(1)} B`.padStart(9),
      `${updateMs.toFixed(2)} ms`.padStart(15),
    ];
    console.log(columns.join(" "));
  }
}
if (chosen === null) throw new Error("no host was chosen");
