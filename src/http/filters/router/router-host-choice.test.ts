import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fieldsOf, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const HOSTS = 4;
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/** Which host gets a request, by its number; and what the client gets. */
function ask(run: RouterRun, ...fields: string[]): { readonly host: number; readonly received: string } {
  const before = run.upstreams.map(({ accepted }) => accepted.length);
  const [path = "/", ...headers] = fields[0]?.startsWith("/") === true ? fields : ["/", ...fields];
  const head = [`GET ${path} HTTP/1.1`, "host: a", "connection: close", ...headers, "", ""];
  const client = run.send(head.join("\r\n"));
  const host = run.upstreams.findIndex(({ accepted }, index) => accepted.length > (before[index] as number));
  if (host >= 0) {
    const origin = run.origin(before[host], host);
    run.respond(OK.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"), origin);
  }
  const { received } = client;
  client.close();
  run.run();
  return { host, received };
}

function hashing(hash_policy: readonly object[], more: RouterRunOptions = {}): RouterRun {
  return new RouterRun({ hosts: HOSTS, cluster: { lb_policy: "RING_HASH" }, route: { hash_policy }, ...more });
}

const HEADER = { header: { header_name: "x-user" } };

describe("hash policies", () => {
  test("the same value goes to the same host, others elsewhere", () => {
    const run = hashing([HEADER]);
    const hosts = new Set<number>();
    for (let user = 0; user < 20; user++) {
      const { host } = ask(run, `x-user: ${user}`);
      assert.equal(ask(run, `x-user: ${user}`).host, host, `user ${user}`);
      hosts.add(host);
    }
    assert.equal(hosts.size, HOSTS);
    run.finish();
  });

  test("a cookie is made where the client has none, and brings it back", () => {
    const run = hashing([{ cookie: { name: "sticky", ttl: "60s", path: "/shop" } }]);
    const first = ask(run);
    const cookie = fieldsOf(first.received).get("set-cookie") ?? "";
    assert.match(cookie, /^sticky="[0-9a-f]{16}"; Max-Age=60; Path=\/shop; HttpOnly$/);
    const pair = cookie.slice(0, cookie.indexOf(";"));
    for (let i = 0; i < 3; i++) {
      const { host, received } = ask(run, `cookie: x=y; ${pair}`);
      assert.equal(host, first.host);
      assert.equal(fieldsOf(received).has("set-cookie"), false);
    }
    run.finish();
  });

  test("a cookie without ttl is not made: chance decides", () => {
    const run = hashing([{ cookie: { name: "sticky" } }]);
    const hosts = new Set<number>();
    for (let i = 0; i < 30; i++) {
      const { host, received } = ask(run);
      assert.equal(fieldsOf(received).has("set-cookie"), false);
      hosts.add(host);
    }
    assert.ok(hosts.size > 1);
    run.finish();
  });

  test("a terminal policy ends the list where there is a hash", () => {
    const query = { query_parameter: { name: "q" } };
    const run = hashing([{ ...HEADER, terminal: true }, query]);
    const alone = hashing([HEADER]);
    const byQuery = hashing([query]);
    for (let user = 0; user < 8; user++) {
      const { host } = ask(alone, `x-user: ${user}`);
      assert.equal(ask(run, `/?q=${user * 7}`, `x-user: ${user}`).host, host);
      assert.equal(ask(run, `/?q=${user}`).host, ask(byQuery, `/?q=${user}`).host);
    }
    for (const each of [run, alone, byQuery]) each.finish();
  });

  test("policies that are not terminal count together, in their order", () => {
    const query = { query_parameter: { name: "q" } };
    const there = hashing([HEADER, query]);
    const back = hashing([query, HEADER]);
    let differences = 0;
    for (let user = 0; user < 12; user++) {
      const fields = [`/?q=${user}`, `x-user: ${user + 100}`] as const;
      const { host } = ask(there, ...fields);
      assert.equal(ask(there, ...fields).host, host);
      if (ask(back, ...fields).host !== host) differences++;
    }
    assert.ok(differences > 0);
    there.finish();
    back.finish();
  });
});

describe("metadata_match", () => {
  const endpoint = (index: number, lb: object): object => ({
    endpoint: { address: { socket_address: { address: `10.0.0.${index}`, port_value: 80 } } },
    metadata: { filter_metadata: { "envoy.lb": lb } },
  });
  const cluster = {
    load_assignment: {
      cluster_name: "c",
      endpoints: [
        {
          lb_endpoints: [
            endpoint(1, { stage: "prod", version: "1" }),
            endpoint(2, { stage: "prod", version: "2" }),
            endpoint(3, { stage: "canary", version: "2" }),
          ],
        },
      ],
    },
    lb_subset_config: {
      fallback_policy: "NO_FALLBACK",
      subset_selectors: [{ keys: ["stage"] }, { keys: ["stage", "version"] }],
    },
  };
  const matching = (lb: object): object => ({ metadata_match: { filter_metadata: { "envoy.lb": lb } } });
  const hostsOf = (route: object): Set<number> => {
    const run = new RouterRun({ hosts: 3, cluster, route });
    const hosts = new Set(Array.from({ length: 12 }, () => ask(run).host));
    run.finish();
    return hosts;
  };

  test("only hosts that have what the route asks for get its requests", () => {
    assert.deepEqual(hostsOf(matching({ stage: "canary" })), new Set([2]));
    assert.deepEqual(hostsOf(matching({ stage: "prod" })), new Set([0, 1]));
    assert.deepEqual(hostsOf(matching({ stage: "prod", version: "2" })), new Set([1]));
  });

  test("a weighted cluster's own goes before that of the route, name by name", () => {
    const one = { name: "c", weight: 1, ...matching({ version: "1" }) };
    const route = {
      cluster: undefined,
      weighted_clusters: { clusters: [one] },
      ...matching({ stage: "prod", version: "2" }),
    };
    assert.deepEqual(hostsOf(route), new Set([0]));
  });

  test("when no host has it there is none", () => {
    const run = new RouterRun({ hosts: 3, cluster, route: matching({ stage: "test" }) });
    const client = run.get();
    assert.equal(statusOf(client.received), 503);
    assert.deepEqual(run.log, ["503 UH no_healthy_upstream"]);
    run.finish([client]);
  });
});
