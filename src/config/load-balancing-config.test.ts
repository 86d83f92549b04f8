import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ANY_LOCALITY, ROUND_ROBIN } from "../upstream/cluster.test.support.js";
import {
  type LbPolicyConfig,
  NEVER_FORCED,
  type RandomConfig,
  type ZoneAwareConfig,
} from "../upstream/load-balancing-config.js";
import { clusterOf, clusterProblems, clusterText, configOf, problemsOf } from "./config-text.test.support.js";

function policy(body: string): LbPolicyConfig {
  return clusterOf(body).lbPolicy;
}

/** A policy as an extension. */
function extension(type: string, body = ""): string {
  return `{ typed_extension_config: { name: x, typed_config: { "@type": t/envoy.extensions.load_balancing_policies.${type}${body === "" ? "" : `, ${body}`} } } }`;
}

function policies(...list: string[]): string {
  return `load_balancing_policy: { policies: [${list.join(", ")}] }`;
}

const HASHING = { useHostname: false, balanceFactor: 0, localityWeighted: false };
const LEAST_REQUEST = {
  kind: "leastRequest",
  choiceCount: 2,
  activeRequestBias: { defaultValue: 1, runtimeKey: "" },
  fullScan: false,
  slowStart: null,
  locality: ANY_LOCALITY,
};
const RING_HASH = {
  kind: "ringHash",
  hashFunction: "xxHash",
  minimumRingSize: 1024,
  maximumRingSize: 8_388_608,
  hashing: HASHING,
};
const MAGLEV = { kind: "maglev", tableSize: 65_537, hashing: HASHING };

describe("lb_policy", () => {
  test("defaults", () => {
    assert.deepEqual(policy(""), ROUND_ROBIN);
    assert.deepEqual(policy("lb_policy: LEAST_REQUEST"), LEAST_REQUEST);
    assert.deepEqual(policy("lb_policy: RANDOM"), { kind: "random", locality: ANY_LOCALITY });
    assert.deepEqual(policy("lb_policy: RING_HASH"), RING_HASH);
    assert.deepEqual(policy("lb_policy: MAGLEV"), MAGLEV);
    const info = clusterOf("");
    assert.equal(info.healthyPanicThreshold, 50);
    assert.deepEqual(info.overrideHostHealths, ["unknown", "healthy", "degraded"]);
  });

  test("settings of each", () => {
    const slowStart = { windowMs: 60_000, aggression: { defaultValue: 2, runtimeKey: "x" }, minWeight: 0.2 };
    const slow =
      "{ slow_start_window: 60s, aggression: { default_value: 2, runtime_key: x }, min_weight_percent: { value: 20 } }";
    assert.deepEqual(policy(`round_robin_lb_config: { slow_start_config: ${slow} }`), { ...ROUND_ROBIN, slowStart });
    assert.deepEqual(
      policy(
        `lb_policy: LEAST_REQUEST\nleast_request_lb_config: { choice_count: 5, active_request_bias: { default_value: 0.5, runtime_key: x }, slow_start_config: ${slow} }`,
      ),
      { ...LEAST_REQUEST, choiceCount: 5, activeRequestBias: { defaultValue: 0.5, runtimeKey: "x" }, slowStart },
    );
    assert.deepEqual(
      policy(
        "lb_policy: RING_HASH\nring_hash_lb_config: { minimum_ring_size: 10, maximum_ring_size: 20, hash_function: MURMUR_HASH_2 }",
      ),
      { ...RING_HASH, minimumRingSize: 10, maximumRingSize: 20, hashFunction: "murmurHash2" },
    );
    assert.deepEqual(policy("lb_policy: MAGLEV\nmaglev_lb_config: { table_size: 251 }"), { ...MAGLEV, tableSize: 251 });
  });

  test("what all policies share", () => {
    const info = clusterOf(`
common_lb_config:
  healthy_panic_threshold: { value: 33.4 }
  zone_aware_lb_config: { routing_enabled: { value: 12.5 }, min_cluster_size: 3, fail_traffic_on_panic: true }
  close_connections_on_host_set_change: true
  override_host_status: { statuses: [HEALTHY, DRAINING] }`);
    assert.equal(info.healthyPanicThreshold, 33);
    assert.equal(info.closeConnectionsOnHostSetChange, true);
    assert.deepEqual(info.overrideHostHealths, ["healthy", "draining"]);
    const zoneAware = {
      ...ANY_LOCALITY.zoneAware,
      routingEnabledPercent: 13,
      minClusterSize: 3,
      failTrafficOnPanic: true,
    };
    assert.deepEqual(info.lbPolicy, { ...ROUND_ROBIN, locality: { weighted: false, zoneAware } });
    const weighted = { ...ANY_LOCALITY, weighted: true };
    assert.deepEqual(policy("common_lb_config: { locality_weighted_lb_config: {} }"), {
      ...ROUND_ROBIN,
      locality: weighted,
    });
    const hashing = "{ use_hostname_for_hashing: true, hash_balance_factor: 150 }";
    assert.deepEqual(
      policy(
        `lb_policy: RING_HASH\ncommon_lb_config: { locality_weighted_lb_config: {}, consistent_hashing_lb_config: ${hashing} }`,
      ),
      { ...RING_HASH, hashing: { useHostname: true, balanceFactor: 150, localityWeighted: true } },
    );
  });

  test("faults", () => {
    assert.deepEqual(clusterProblems("lb_policy: MAGLEV\nmaglev_lb_config: { table_size: 100 }"), [
      "5:37 error maglev_lb_config.table_size: 100 is not a prime number -> the next one is 101",
    ]);
    assert.deepEqual(
      clusterProblems("lb_policy: RING_HASH\nring_hash_lb_config: { minimum_ring_size: 10, maximum_ring_size: 9 }"),
      ["5:47 error ring_hash_lb_config.minimum_ring_size: the ring would have at least 10 points, but at most 9"],
    );
    assert.deepEqual(
      clusterProblems("maglev_lb_config: {}"),
      ["4:5 warning maglev_lb_config: has no effect with `lb_policy: ROUND_ROBIN`: it is for MAGLEV"].map((line) =>
        line.replace("4:5", "4:23"),
      ),
    );
    assert.deepEqual(clusterProblems("lb_policy: LOAD_BALANCING_POLICY_CONFIG"), [
      "4:16 error lb_policy: LOAD_BALANCING_POLICY_CONFIG needs a `load_balancing_policy`",
    ]);
  });
});

describe("load_balancing_policy", () => {
  test("the first that is known counts", () => {
    assert.deepEqual(policy(policies(extension("pick_first.v3.PickFirst"), extension("random.v3.Random"))), {
      kind: "random",
      locality: ANY_LOCALITY,
    });
    const text = `the load balancing policy "x" is not implemented by Sluice; envoy.load_balancing_policies.random takes its place`;
    assert.deepEqual(clusterProblems(policies(extension("pick_first.v3.PickFirst"), extension("random.v3.Random"))), [
      `4:75 warning load_balancing_policy.policies[0].typed_extension_config.name: ${text}`,
    ]);
    assert.deepEqual(clusterProblems(policies(extension("pick_first.v3.PickFirst"))), [
      "4:28 error load_balancing_policy: none of these load balancing policies is implemented by Sluice yet: x -> implemented: " +
        [
          "round_robin",
          "least_request",
          "random",
          "ring_hash",
          "maglev",
          "subset",
          "wrr_locality",
          "override_host",
          "cluster_provided",
        ]
          .map((name) => `envoy.load_balancing_policies.${name}`)
          .join(", "),
    ]);
  });

  test("settings of each", () => {
    assert.deepEqual(
      policy(policies(extension("round_robin.v3.RoundRobin", "slow_start_config: { slow_start_window: 1s }"))),
      {
        ...ROUND_ROBIN,
        slowStart: { windowMs: 1_000, aggression: { defaultValue: 1, runtimeKey: "" }, minWeight: 0.1 },
      },
    );
    assert.deepEqual(
      policy(policies(extension("least_request.v3.LeastRequest", "choice_count: 3, selection_method: FULL_SCAN"))),
      { ...LEAST_REQUEST, choiceCount: 3, fullScan: true },
    );
    assert.deepEqual(
      policy(
        policies(
          extension(
            "ring_hash.v3.RingHash",
            "hash_function: MURMUR_HASH_2, maximum_ring_size: 4096, hash_balance_factor: 120, locality_weighted_lb_config: {}",
          ),
        ),
      ),
      {
        ...RING_HASH,
        hashFunction: "murmurHash2",
        maximumRingSize: 4096,
        hashing: { useHostname: false, balanceFactor: 120, localityWeighted: true },
      },
    );
    const hashing = "consistent_hashing_lb_config: { use_hostname_for_hashing: true }";
    assert.deepEqual(policy(policies(extension("maglev.v3.Maglev", `table_size: 7, ${hashing}`))), {
      ...MAGLEV,
      tableSize: 7,
      hashing: { ...HASHING, useHostname: true },
    });
  });

  test("zones, as far as only policies can say it", () => {
    const zones = (fields: string): Partial<ZoneAwareConfig> => {
      const text = `locality_lb_config: { zone_aware_lb_config: { ${fields} } }`;
      const { locality } = policy(policies(extension("random.v3.Random", text))) as RandomConfig;
      const { forcedFromHosts, basis } = locality.zoneAware;
      return { forcedFromHosts, basis };
    };
    assert.deepEqual(zones(""), { forcedFromHosts: NEVER_FORCED, basis: "hosts" });
    assert.deepEqual(zones("force_local_zone: {}"), { forcedFromHosts: 1, basis: "hosts" });
    assert.deepEqual(zones("force_local_zone: { min_size: 3 }, locality_basis: HEALTHY_HOSTS_WEIGHT"), {
      forcedFromHosts: 3,
      basis: "weight",
    });
    assert.deepEqual(zones("force_locality_direct_routing: true"), { forcedFromHosts: 1, basis: "hosts" });
  });

  test("wrr_locality is the weights of localities over another policy", () => {
    const inner = `endpoint_picking_policy: { policies: [${extension("least_request.v3.LeastRequest")}] }`;
    assert.deepEqual(policy(policies(extension("wrr_locality.v3.WrrLocality", inner))), {
      ...LEAST_REQUEST,
      locality: { ...ANY_LOCALITY, weighted: true },
    });
  });

  test("subsets over another policy", () => {
    const selectors = "subset_selectors: [{ keys: [b, a] }]";
    const inner = `subset_lb_policy: { policies: [${extension("maglev.v3.Maglev")}] }`;
    const found = policy(policies(extension("subset.v3.Subset", `${selectors}, allow_redundant_keys: true, ${inner}`)));
    assert.ok(found.kind === "subset");
    assert.equal(found.allowRedundantKeys, true);
    assert.deepEqual(found.policy, MAGLEV);
    assert.deepEqual(found.selectors, [{ keys: ["a", "b"], fallback: null, fallbackKeys: [], singleHost: false }]);
  });
});

describe("lb_subset_config", () => {
  test("every field", () => {
    const found = policy(`
lb_policy: RANDOM
lb_subset_config:
  fallback_policy: DEFAULT_SUBSET
  default_subset: { stage: prod }
  subset_selectors:
  - keys: [version, stage]
    fallback_policy: KEYS_SUBSET
    fallback_keys_subset: [stage]
  - { keys: [stage, version], fallback_policy: NO_FALLBACK }
  - { keys: [id], single_host_per_subset: true, fallback_policy: ANY_ENDPOINT }
  locality_weight_aware: true
  scale_locality_weight: true
  panic_mode_any: true
  list_as_any: true
  metadata_fallback_policy: FALLBACK_LIST`);
    assert.deepEqual(found, {
      kind: "subset",
      selectors: [
        { keys: ["stage", "version"], fallback: "keysSubset", fallbackKeys: ["stage"], singleHost: false },
        { keys: ["id"], fallback: "any", fallbackKeys: [], singleHost: true },
      ],
      fallback: "default",
      defaultSubset: { stage: "prod" },
      localityWeightAware: true,
      scaleLocalityWeight: true,
      panicModeAny: true,
      listAsAny: true,
      fallbackList: true,
      allowRedundantKeys: false,
      policy: { kind: "random", locality: ANY_LOCALITY },
    });
  });

  test("without selectors nothing is divided", () => {
    assert.deepEqual(policy("lb_subset_config: { fallback_policy: ANY_ENDPOINT }"), ROUND_ROBIN);
  });

  test("faults", () => {
    const of = (selector: string) =>
      clusterProblems(`lb_subset_config: { subset_selectors: [${selector}] }`).map((line) => line.replace(/^\S+ /, ""));
    const at = "error lb_subset_config.subset_selectors[0]";
    assert.deepEqual(of("{ keys: [a], fallback_policy: KEYS_SUBSET, fallback_keys_subset: [a] }"), [
      `${at}.fallback_keys_subset: KEYS_SUBSET needs some of the selector's keys, and not all of them`,
    ]);
    assert.deepEqual(of("{ keys: [a, b], fallback_keys_subset: [a] }"), [
      `${at}.fallback_keys_subset: is for \`fallback_policy: KEYS_SUBSET\` only`,
    ]);
    assert.deepEqual(of("{ keys: [a, b], single_host_per_subset: true }"), [
      `${at}.single_host_per_subset: a subset of one host is found by one key, not by 2`,
    ]);
  });
});

test("the local cluster is one of the static ones", () => {
  const text = (name: string) =>
    `cluster_manager: { local_cluster_name: ${name} }\nstatic_resources: { clusters: [{ name: c }] }`;
  assert.equal(configOf(text("c")).localCluster, "c");
  assert.deepEqual(problemsOf(text("d")), [
    '1:40 warning cluster_manager.local_cluster_name: there is no static cluster "d": zones of hosts do not count',
  ]);
});

test("a balancer's own hash policies come before those of the cluster", () => {
  const options = `typed_extension_protocol_options:
  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
    "@type": t/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
    explicit_http_config: { http_protocol_options: {} }
    hash_policy: [{ header: { header_name: x-cluster } }]
`;
  const hashed = (list: string) => configOf(clusterText(`${options}${list}`)).clusterPolicies[0]?.hashPolicies;
  const header = (name: string) => [{ source: { kind: "header", name, substitution: null }, terminal: false }];
  const own = "consistent_hashing_lb_config: { hash_policy: [{ header: { header_name: x-balancer } }] }";
  for (const type of ["ring_hash.v3.RingHash", "maglev.v3.Maglev"]) {
    const list = policies(extension(type, own));
    assert.deepEqual(hashed(list), header("x-balancer"));
    const inner = `endpoint_picking_policy: { policies: [${extension(type, own)}] }`;
    assert.deepEqual(hashed(policies(extension("wrr_locality.v3.WrrLocality", inner))), header("x-balancer"));
    const subsets = `subset_selectors: [{ keys: [v] }], subset_lb_policy: { policies: [${extension(type, own)}] }`;
    assert.deepEqual(hashed(policies(extension("subset.v3.Subset", subsets))), header("x-balancer"));
    assert.deepEqual(hashed(policies(extension(type))), header("x-cluster"));
  }
});

test("override_host: where requests may name their host, and the policy for those that do not", () => {
  const metadata = "{ metadata: { key: k, path: [{ key: p }] } }";
  const random = `fallback_policy: { policies: [${extension("random.v3.Random")}] }`;
  const sources = `override_host_sources: [{ header: X-Host }, ${metadata}]`;
  assert.deepEqual(policy(policies(extension("override_host.v3.OverrideHost", `${sources}, ${random}`))), {
    kind: "overrideHost",
    sources: [
      { headerName: "x-host", metadataKey: null },
      { headerName: "", metadataKey: { namespace: "k", path: ["p"] } },
    ],
    policy: { kind: "random", locality: ANY_LOCALITY },
  });
  const list = policies(extension("override_host.v3.OverrideHost", `override_host_sources: [{}], ${random}`));
  assert.match(clusterProblems(list).join(), /override_host_sources\[0\]: is a `header` or `metadata`, one of them/);
});
