import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hostAddress, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BAD = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
const RETRY = "type.googleapis.com/envoy.extensions.retry";
const WAITS_MS = 700;

const PREVIOUS_HOSTS = {
  name: "envoy.retry_host_predicates.previous_hosts",
  typed_config: { "@type": `${RETRY}.host.previous_hosts.v3.PreviousHostsPredicate` },
};

function endpoint(number: number, more: object = {}): object {
  const { host, port } = hostAddress(number);
  return { endpoint: { address: { socket_address: { address: host, port_value: port } } }, ...more };
}

/** Random choice, so that by chance a retry would often go where the first attempt went. */
function run(policy: object, seed: number, groups: readonly object[], hosts: number): RouterRun {
  const options: RouterRunOptions = {
    seed,
    hosts,
    route: { retry_policy: { retry_on: "5xx", ...policy } },
    cluster: { lb_policy: "RANDOM", load_assignment: { cluster_name: "c", endpoints: groups } },
  };
  return new RouterRun(options);
}

/** The host that has the request now, counted from 1; it answers. */
function answer(of: RouterRun, response: string, hosts: number): number {
  for (let host = 0; host < hosts; host++) {
    const peer = of.upstreams[host]?.accepted.find(({ received }) => received.includes("GET "));
    if (peer === undefined || peer.fate !== "open") continue;
    peer.takeReceived();
    of.respond(response, peer);
    return host + 1;
  }
  return assert.fail("no host has the request");
}

/** Where a request goes that each host refuses. */
function path(of: RouterRun, attempts: number, hosts: number): number[] {
  const client = of.get();
  const visited: number[] = [];
  for (let attempt = 1; attempt <= attempts; attempt++) {
    visited.push(answer(of, attempt === attempts ? OK : BAD, hosts));
    of.runFor(WAITS_MS);
  }
  assert.equal(statusOf(client.received), 200);
  of.finish([client]);
  return visited;
}

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);

describe("retry_host_predicate", () => {
  const three = [{ lb_endpoints: [1, 2, 3].map((number) => endpoint(number)) }];

  test("previous_hosts: each attempt goes elsewhere", () => {
    const policy = { num_retries: 2, retry_host_predicate: [PREVIOUS_HOSTS], host_selection_retry_max_attempts: 100 };
    for (const seed of SEEDS) assert.deepEqual(path(run(policy, seed, three, 3), 3, 3).sort(), [1, 2, 3]);
  });

  test("after the allowed draws any host is taken", () => {
    const policy = { num_retries: 3, retry_host_predicate: [PREVIOUS_HOSTS], host_selection_retry_max_attempts: 5 };
    assert.equal(path(run(policy, 1, three, 3), 4, 3).length, 4);
  });

  test("without it, the same host may get the retry", () => {
    const same = SEEDS.filter((seed) => new Set(path(run({}, seed, three, 3), 2, 3)).size === 1);
    assert.ok(same.length > 0 && same.length < SEEDS.length);
  });

  const withMetadata = (metadata: object): object[] => [
    { lb_endpoints: [endpoint(1), endpoint(2, { metadata: { filter_metadata: { "envoy.lb": metadata } } })] },
  ];

  test("omit_canary_hosts", () => {
    const predicate = {
      name: "canary",
      typed_config: { "@type": `${RETRY}.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate` },
    };
    const policy = { retry_host_predicate: [predicate], host_selection_retry_max_attempts: 100 };
    for (const seed of SEEDS) assert.equal(path(run(policy, seed, withMetadata({ canary: true }), 2), 2, 2)[1], 1);
  });

  const rows: readonly (readonly [omitted: object, host: object, isOmitted: boolean])[] = [
    [{ stage: "trial" }, { stage: "trial", more: 1 }, true],
    [{ stage: "trial" }, { stage: ["new", "trial"] }, true],
    [{ stage: "trial", more: 1 }, { stage: "trial", more: 1 }, true],
    [{ stage: "trial", more: 2 }, { stage: "trial", more: 1 }, false],
    [{ stage: "trial" }, { stage: ["new"] }, false],
    [{}, { stage: "trial" }, false],
  ];
  for (const [omitted, host, isOmitted] of rows) {
    test(`omit_host_metadata ${JSON.stringify(omitted)}, host ${JSON.stringify(host)}`, () => {
      const predicate = {
        name: "metadata",
        typed_config: {
          "@type": `${RETRY}.host.omit_host_metadata.v3.OmitHostMetadataConfig`,
          metadata_match: { filter_metadata: { "envoy.lb": omitted } },
        },
      };
      const policy = { retry_host_predicate: [predicate], host_selection_retry_max_attempts: 100 };
      const groups = withMetadata(host);
      const visited = SEEDS.map((seed) => path(run(policy, seed, groups, 2), 2, 2)[1]);
      assert.equal(visited.includes(2), !isOmitted);
    });
  }
});

describe("retry_priority", () => {
  const groups = [1, 2, 3].map((number) => ({ priority: number - 1, lb_endpoints: [endpoint(number)] }));
  const previous = (frequency: number): object => ({
    name: "envoy.retry_priorities.previous_priorities",
    typed_config: {
      "@type": `${RETRY}.priority.previous_priorities.v3.PreviousPrioritiesConfig`,
      update_frequency: frequency,
    },
  });

  test("previous_priorities: down the priorities, and from the beginning when all were tried", () => {
    const policy = { num_retries: 3, retry_priority: previous(1) };
    assert.deepEqual(path(run(policy, 1, groups, 3), 4, 3), [1, 2, 3, 1]);
  });

  test("after as many attempts as it says", () => {
    const policy = { num_retries: 4, retry_priority: previous(2) };
    assert.deepEqual(path(run(policy, 1, groups, 3), 5, 3), [1, 1, 2, 2, 3]);
  });
});
