import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Hash64 } from "../../common/hash64.js";
import { xxHash64 } from "../../common/xx-hash64.js";
import { endpoint } from "../cluster.test.support.js";
import type { EndpointConfig } from "../cluster-info.js";
import type { Host } from "../host.js";
import type { LbPolicyConfig, MaglevConfig, RingHashConfig } from "../load-balancing-config.js";
import {
  assertNear,
  BalancerRun,
  endpointRange,
  HASHING,
  hashContext,
  MAGLEV,
  RING_HASH,
} from "./balancer.test.support.js";
import { HashRing } from "./hash-ring.js";

/** `127.0.0.1:<port>`, as in the tables that Envoy's tests publish. */
function local(at: number, changes: Partial<EndpointConfig> = {}): EndpointConfig {
  return { ...endpoint(1), address: { kind: "ip", host: "127.0.0.1", port: at }, ...changes };
}

function locals(from: number, changes: (port: number) => Partial<EndpointConfig> = () => ({})): EndpointConfig[] {
  return Array.from({ length: 6 }, (_, index) => local(from + index, changes(from + index)));
}

function port(host: Host | null): number {
  return host?.address.kind === "ip" ? host.address.port : 0;
}

function ringOf(run: BalancerRun, overrides: Partial<RingHashConfig> = {}): [port: number, hash: bigint][] {
  const { hashFunction, hashing } = { ...RING_HASH, ...overrides };
  const share = 1 / run.hosts.length;
  const ring = new HashRing(
    run.hosts.map((host) => ({ host, share })),
    { hashFunction, minimumRingSize: 12, maximumRingSize: 8_388_608, useHostname: hashing.useHostname },
  );
  return ring.points().map(({ hash, host }) => [port(host), BigInt(`0x${hash}`)]);
}

describe("ring hash", () => {
  const small: RingHashConfig = { ...RING_HASH, minimumRingSize: 12 };

  test("places hosts where Envoy does (xxHash)", () => {
    const run = new BalancerRun(small, locals(90));
    assert.deepEqual(ringOf(run), [
      [94, 833437586790550860n],
      [92, 928266305478181108n],
      [90, 1033482794131418490n],
      [95, 3551244743356806947n],
      [93, 3851675632748031481n],
      [91, 5583722120771150861n],
      [91, 6311230543546372928n],
      [93, 7700377290971790572n],
      [95, 13144177310400110813n],
      [92, 13444792449719432967n],
      [94, 15516499411664133160n],
      [90, 16117243373044804889n],
    ]);
    const chosen = (hash: bigint) => port(run.choose(hashContext(hash)));
    assert.equal(chosen(0n), 94);
    assert.equal(chosen(0xffff_ffff_ffff_ffffn), 94);
    assert.equal(chosen(3551244743356806947n), 95);
    assert.equal(chosen(3551244743356806948n), 93);
    assert.deepEqual(
      ["size", "min_hashes_per_host", "max_hashes_per_host"].map((name) => run.stat(`ring_hash_lb.${name}`)),
      [12, 2, 2],
    );
  });

  test("places hosts where Envoy does (MurmurHash2)", () => {
    const run = new BalancerRun({ ...small, hashFunction: "murmurHash2" }, locals(80));
    assert.deepEqual(ringOf(run, { hashFunction: "murmurHash2" }), [
      [85, 1358027074129602068n],
      [83, 4361834613929391114n],
      [84, 7224494972555149682n],
      [81, 7701421856454313576n],
      [82, 8649315368077433379n],
      [84, 8739448859063030639n],
      [81, 9887544217113020895n],
      [82, 10150910876324007731n],
      [83, 15168472011420622455n],
      [80, 15427156902705414897n],
      [85, 16375050414328759093n],
      [80, 17613279263364193813n],
    ]);
    assert.equal(port(run.choose(hashContext(1358027074129602069n))), 83);
  });

  test("places hosts by hostname, or by what metadata says", () => {
    const hashing = { ...HASHING, useHostname: true };
    const named = new BalancerRun(
      { ...small, hashing },
      locals(90, (one) => ({ hostname: String(one) })),
    );
    const keyed = new BalancerRun(
      small,
      locals(90, (one) => ({ metadata: { "envoy.lb": { hash_key: String(one) } } })),
    );
    const expected = [95, 95, 93, 94, 93, 92, 90, 92, 91, 90, 91, 94];
    assert.deepEqual(
      ringOf(named, { hashing }).map(([one]) => one),
      expected,
    );
    assert.deepEqual(
      ringOf(keyed).map(([one]) => one),
      expected,
    );
    assert.equal(port(keyed.choose(hashContext(7225015537174310577n))), 92);
  });

  test("goes on along the ring when a host is declined", () => {
    const run = new BalancerRun(small, locals(90));
    const chosen = (retries: number, declines: (host: Host) => boolean) =>
      port(
        run.choose({
          ...hashContext(0n),
          hostSelectionRetryCount: () => retries,
          shouldSelectAnotherHost: declines,
        }),
      );
    assert.equal(
      chosen(2, () => false),
      94,
    );
    assert.equal(
      chosen(2, (host) => port(host) === 94),
      92,
    );
    assert.equal(
      chosen(2, () => true),
      90,
    );
    assert.equal(
      chosen(13, () => true),
      92,
    );
  });

  test("gives points in proportion to weights, and keeps to its sizes", () => {
    const weighted = [1, 2, 3].map((weight, index) => local(90 + index, { weight }));
    const tiny = new BalancerRun({ ...RING_HASH, minimumRingSize: 6, maximumRingSize: 6 }, weighted);
    const chosen = [
      928266305478181108n,
      4443673547860492590n,
      5583722120771150861n,
      6311230543546372928n,
      13444792449719432967n,
      16117243373044804889n,
    ].map((hash) => port(tiny.choose(hashContext(hash))));
    assert.deepEqual(chosen, [92, 92, 91, 91, 92, 90]);
    const uneven = new BalancerRun({ ...RING_HASH, minimumRingSize: 3 }, [local(80), local(81)]);
    assert.equal(uneven.stat("ring_hash_lb.size"), 4);
    const large = new BalancerRun({ ...RING_HASH, minimumRingSize: 6_144 }, weighted);
    assert.deepEqual(
      ["size", "min_hashes_per_host", "max_hashes_per_host"].map((name) => large.stat(`ring_hash_lb.${name}`)),
      [6_144, 1_024, 3_072],
    );
  });
});

describe("Maglev", () => {
  const tables: readonly [string, MaglevConfig, EndpointConfig[], number[]][] = [
    ["by address", { ...MAGLEV, tableSize: 7 }, locals(90), [92, 94, 90, 91, 95, 90, 93]],
    [
      "by hostname",
      { ...MAGLEV, tableSize: 7, hashing: { ...HASHING, useHostname: true } },
      locals(90, (one) => ({ hostname: String(one) })),
      [92, 95, 90, 93, 94, 91, 90],
    ],
    [
      "by metadata",
      { ...MAGLEV, tableSize: 7 },
      locals(90, (one) => ({ metadata: { "envoy.lb": { hash_key: String(one) } } })),
      [92, 95, 90, 93, 94, 91, 90],
    ],
    [
      "with weights",
      { ...MAGLEV, tableSize: 17 },
      [local(90), local(91, { weight: 2 })],
      [91, 90, 90, 91, 90, 91, 91, 90, 91, 91, 91, 91, 91, 90, 91, 90, 91],
    ],
    [
      "with weights of localities",
      { ...MAGLEV, tableSize: 17, hashing: { ...HASHING, localityWeighted: true } },
      [inZone("a", 8, local(90)), inZone("b", 2, local(91, { weight: 2 })), inZone("c", 0, local(92, { weight: 3 }))],
      [91, 90, 90, 90, 90, 90, 91, 90, 90, 91, 90, 91, 90, 90, 90, 90, 90],
    ],
  ];
  for (const [title, config, hosts, expected] of tables) {
    test(`fills the table as Envoy does, ${title}`, () => {
      const run = new BalancerRun(config, hosts);
      const chosen = Array.from({ length: 3 * expected.length }, (_, hash) =>
        port(run.choose(hashContext(BigInt(hash)))),
      );
      assert.deepEqual(chosen, [...expected, ...expected, ...expected]);
      const counts = [...new Set(expected)].map((one) => expected.filter((other) => other === one).length);
      assert.equal(run.stat("maglev_lb.min_entries_per_host"), Math.min(...counts));
      assert.equal(run.stat("maglev_lb.max_entries_per_host"), Math.max(...counts));
    });
  }

  test("the order of hosts does not matter", () => {
    const config = { ...MAGLEV, tableSize: 251 };
    const one = new BalancerRun(config, locals(90));
    const other = new BalancerRun(config, locals(90).reverse());
    for (let hash = 0n; hash < 251n; hash++) {
      assert.equal(port(one.choose(hashContext(hash))), port(other.choose(hashContext(hash))));
    }
  });

  test("turns the hash over when a host is declined, as Envoy does", () => {
    const run = new BalancerRun({ ...MAGLEV, tableSize: 7 }, locals(90));
    const chosen = (retries: number, declines: (host: Host) => boolean) =>
      port(
        run.choose({
          ...hashContext(10n),
          hostSelectionRetryCount: () => retries,
          shouldSelectAnotherHost: declines,
        }),
      );
    assert.equal(
      chosen(0, () => true),
      91,
    );
    assert.equal(
      chosen(2, () => false),
      91,
    );
    assert.equal(
      chosen(2, (host) => port(host) === 91),
      90,
    );
    assert.equal(
      chosen(2, () => true),
      95,
    );
  });

  test("a host of little weight keeps a place when another one has nearly all", () => {
    const localities = [
      inZone("a", 127, local(1)),
      ...Array.from({ length: 200 }, (_, index) => inZone("b", 1, local(index + 2))),
    ];
    const run = new BalancerRun(
      { ...MAGLEV, tableSize: 4_001, hashing: { ...HASHING, localityWeighted: true } },
      localities,
    );
    assert.equal(run.stat("maglev_lb.min_entries_per_host"), 1);
    assert.equal(run.stat("maglev_lb.max_entries_per_host"), 4_001 - 200);
  });
});

function inZone(zone: string, localityWeight: number, one: EndpointConfig): EndpointConfig {
  return { ...one, locality: { region: "r", zone, subZone: "" }, localityWeight };
}

/** Hashes of keys such as users have them. */
function keyHash(key: number): ReturnType<typeof hashContext> {
  const hash = new Hash64();
  xxHash64(`user-${key}`, hash);
  return { hashKey: () => hash };
}

const KEYS = 10_000;
/** Large enough that hosts' parts are even to a few percent. */
const EVEN: readonly LbPolicyConfig[] = [{ ...RING_HASH, minimumRingSize: 16_384 }, MAGLEV];

for (const policy of EVEN) {
  describe(`${policy.kind}, by how keys move`, () => {
    const choicesOf = (run: BalancerRun) => Array.from({ length: KEYS }, (_, key) => run.choose(keyHash(key)));

    test("keys are spread in proportion to weights", () => {
      const run = new BalancerRun(
        policy,
        [1, 1, 2, 4].map((weight, index) => endpoint(index + 1, weight)),
      );
      const chosen = choicesOf(run);
      const shares = run.hosts.map((host) => chosen.filter((one) => one === host).length);
      for (const [index, weight] of [1, 1, 2, 4].entries()) assertNear(shares[index], (KEYS * weight) / 8, KEYS * 0.02);
    });

    test("a host that leaves moves its own keys, and hardly others", () => {
      const run = new BalancerRun(policy, endpointRange(1, 20));
      const before = choicesOf(run);
      const gone = run.hosts[7];
      run.update(endpointRange(1, 20).filter((_, index) => index !== 7));
      const after = choicesOf(run);
      const moved = before.filter((host, key) => host !== gone && host !== after[key]).length;
      // The hosts that stay get a few points more, of a ring of the same size; Maglev trades a few places for evenness.
      assert.ok(moved <= KEYS * 0.055, String(moved));
    });

    test("a host that comes takes its part, and hardly moves other keys", () => {
      const run = new BalancerRun(policy, endpointRange(1, 19));
      const before = choicesOf(run);
      run.update(endpointRange(1, 20));
      const added = run.hosts[19];
      const after = choicesOf(run);
      const taken = after.filter((host) => host === added).length;
      assertNear(taken, KEYS / 20, KEYS * 0.01);
      const moved = before.filter((host, key) => after[key] !== added && host !== after[key]).length;
      assert.ok(moved <= KEYS * 0.055, String(moved));
    });

    test("a request without a hash goes anywhere", () => {
      const run = new BalancerRun(policy, endpointRange(1, 4));
      for (const share of run.shares(2_000)) assertNear(share, 500, 100);
    });

    test("the hash decides about the priority too", () => {
      const unhealthy = endpointRange(3, 4, { health: "unhealthy" });
      const run = new BalancerRun(policy, [
        ...endpointRange(1, 2),
        ...unhealthy,
        ...endpointRange(5, 8, { priority: 1 }),
      ]);
      const shares = run.hosts.map(() => 0);
      for (let key = 0; key < KEYS; key++) {
        const host = run.choose(keyHash(key)) as Host;
        assert.equal(host, run.choose(keyHash(key)));
        const index = run.hosts.indexOf(host);
        shares[index] = (shares[index] as number) + 1;
      }
      assertNear((shares[0] as number) + (shares[1] as number), KEYS * 0.7, KEYS * 0.02);
      assert.deepEqual(shares.slice(2, 4), [0, 0]);
    });

    test("in panic all hosts have keys", () => {
      const run = new BalancerRun(policy, [...endpointRange(1, 1), ...endpointRange(2, 4, { health: "unhealthy" })]);
      const chosen = new Set(Array.from({ length: 200 }, (_, key) => run.choose(keyHash(key))));
      assert.equal(chosen.size, 4);
      assert.equal(run.stat("lb_healthy_panic"), 200);
    });
  });
}

test("with the same number of points for each host, only the keys of a host that leaves move", () => {
  const run = new BalancerRun({ ...RING_HASH, minimumRingSize: 1 }, endpointRange(1, 40));
  const before = Array.from({ length: 2_000 }, (_, key) => run.choose(keyHash(key)));
  const gone = run.hosts[7];
  run.update(endpointRange(1, 40).filter((_, index) => index !== 7));
  for (const [key, host] of before.entries()) {
    const now = run.choose(keyHash(key));
    assert.ok(host === gone ? now !== gone : now === host);
  }
});

describe("a bound of load", () => {
  for (const policy of EVEN as readonly (RingHashConfig | MaglevConfig)[]) {
    const config = { ...policy, hashing: { ...HASHING, balanceFactor: 150 } };

    test(`${policy.kind}: one key overflows from its host to others, always the same ones`, () => {
      const order = () => {
        const run = new BalancerRun(config, endpointRange(1, 5));
        const chosen: number[] = [];
        for (let request = 0; request < 50; request++) {
          const host = run.choose(keyHash(1)) as Host;
          host.stats.rqActive++;
          chosen.push(run.hosts.indexOf(host));
        }
        // 150 % of 51 / 5, and one above while it is filled.
        for (const { stats } of run.hosts) assert.ok(stats.rqActive <= 17, String(stats.rqActive));
        return chosen;
      };
      assert.deepEqual(order(), order());
    });

    test(`${policy.kind}: a host below its bound keeps its keys`, () => {
      const run = new BalancerRun(config, endpointRange(1, 5));
      const plain = new BalancerRun(policy, endpointRange(1, 5));
      for (const { stats } of run.hosts) stats.rqActive = 10;
      for (let key = 0; key < 500; key++) {
        const expected = plain.hosts.indexOf(plain.choose(keyHash(key)) as Host);
        assert.equal(run.hosts.indexOf(run.choose(keyHash(key)) as Host), expected);
      }
    });
  }
});
