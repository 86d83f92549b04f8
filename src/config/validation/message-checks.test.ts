import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterText, problemsBelow, problemsOf, ROUTES_PATH, routesText } from "../config-text.test.support.js";

test("more than the whole of a share counts as all", () => {
  const share = (value: string) =>
    problemsBelow(
      `${ROUTES_PATH}.routes[0].match.runtime_fraction.default_value`,
      routesText(
        `- { match: { prefix: /, runtime_fraction: { default_value: ${value} } }, route: { cluster: known } }`,
      ),
    );
  assert.deepEqual(share("{ numerator: 101 }"), [
    "15:87 warning numerator: is more than the whole of 100: it counts as all",
  ]);
  assert.deepEqual(share("{ numerator: 101, denominator: TEN_THOUSAND }"), []);
  assert.deepEqual(share("{ numerator: 100 }"), []);
});

test("the two ends of a back-off are in order, wherever one stands", () => {
  const remote = (backOff: string) => `
static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    listener_filters:
    - name: x
      config_discovery: { type_urls: [x], config_source: { api_config_source: { api_type: GRPC, grpc_services: [{ envoy_grpc: { cluster_name: a, retry_policy: { retry_back_off: ${backOff} } } }] } } }`;
  const faults = (backOff: string) => problemsOf(remote(backOff)).filter((line) => line.includes("max_interval"));
  assert.equal(faults("{ base_interval: 1s, max_interval: 1s }").length, 0);
  assert.match(
    faults("{ base_interval: 1.5s, max_interval: 1s }")[0] ?? "",
    /error .* below `base_interval` \(1500 ms\)/,
  );
});

test("statistics are dropped at every so many flushes", () => {
  const faults = (text: string) => problemsOf(text).filter((line) => line.includes("multiple"));
  assert.deepEqual(faults("stats_eviction_interval: 7s"), [
    "1:26 error stats_eviction_interval: must be a multiple of `stats_flush_interval`",
  ]);
  assert.deepEqual(faults("stats_eviction_interval: 10s"), []);
  assert.deepEqual(faults("stats_eviction_interval: 7s\nstats_flush_interval: 3.5s"), []);
});

test("what a cluster says about time is in order too", () => {
  const text = clusterText("outlier_detection: { base_ejection_time: 2s, max_ejection_time: 1s }");
  assert.match(problemsOf(text)[0] ?? "", /max_ejection_time: must not be below `base_ejection_time` \(2000 ms\)/);
});
