import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBootstrap } from "../../config/bootstrap.js";
import { ConfigLookup } from "../../config/config-lookup.js";
import { explain } from "./explain.js";
import type { Explanation } from "./explanation.js";

const TYPES = "type.googleapis.com/envoy.extensions.filters";

function configOf(hedging: object | null): string {
  const clusters = [
    { name: "a", weight: 0 },
    { name: "b", weight: 7 },
  ];
  const routes = [
    { match: { prefix: "/weighted" }, route: { weighted_clusters: { clusters } } },
    { match: { prefix: "/" }, route: { cluster: "a", ...(hedging === null ? {} : { hedge_policy: hedging }) } },
  ];
  const host = { name: "v", domains: ["*"], hedge_policy: { hedge_on_per_try_timeout: true }, routes };
  const manager = {
    "@type": `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "x",
    route_config: { virtual_hosts: [host] },
    http_filters: [{ name: "router", typed_config: { "@type": `${TYPES}.http.router.v3.Router` } }],
  };
  const address = { socket_address: { address: "127.0.0.1", port_value: 80 } };
  const endpoints = [{ lb_endpoints: [{ endpoint: { address } }] }];
  return JSON.stringify({
    static_resources: {
      listeners: [{ name: "l", address, filter_chains: [{ filters: [{ name: "hcm", typed_config: manager }] }] }],
      clusters: ["a", "b"].map((name) => ({ name, load_assignment: { cluster_name: name, endpoints } })),
    },
  });
}

function explained(url: string, hedging: object | null = null): Explanation {
  const { config, bootstrap, sourceMap } = loadBootstrap({ text: configOf(hedging) });
  const request = { method: "GET", url, headers: [], body: "", listener: "", client: "" };
  return explain(request, { config, lookup: new ConfigLookup(bootstrap, sourceMap) });
}

test("the weight of a cluster that was drawn", () => {
  const { outcome, weight } = explained("/weighted");
  assert.equal(outcome.cluster_name, "b");
  assert.equal(weight?.text, "7 of 7");
  assert.match(weight.place?.path ?? "", /weighted_clusters\.clusters\[1\]$/);
  assert.equal(explained("/").weight, null);
});

test("hedging: the route's policy as a whole, or else the virtual host's", () => {
  const CASES = [
    [null, "yes", /virtual_hosts\[0\]\.hedge_policy\.hedge_on_per_try_timeout$/],
    [{ hedge_on_per_try_timeout: true }, "yes", /route\.hedge_policy\.hedge_on_per_try_timeout$/],
    [{ hedge_on_per_try_timeout: false }, "no", /route\.hedge_policy\.hedge_on_per_try_timeout$/],
    [{}, "no", /^$/],
  ] as const;
  for (const [policy, text, place] of CASES) {
    const setting = explained("/", policy).settings.find(({ name }) => name === "hedge on per try timeout");
    assert.equal(setting?.text, text, JSON.stringify(policy));
    assert.match(setting.place?.path ?? "", place);
  }
});
