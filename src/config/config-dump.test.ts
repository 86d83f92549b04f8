import assert from "node:assert/strict";
import { test } from "node:test";
import { dumpConfig } from "./config-dump.js";
import { load, managerText } from "./config-text.test.support.js";

const AT = new Date("2026-01-02T03:04:05.678Z");
const ADMIN = "type.googleapis.com/envoy.admin.v3";

test("the parts of a dump, in Envoy's order, with the names of the protos", () => {
  const text = `${managerText("stream_idle_timeout: 1.5s\nmax_request_headers_kb: 7")}\n  clusters: [{ name: c, connect_timeout: 0.25s, type: STRICT_DNS }]`;
  const { configs } = dumpConfig(load(text), AT);
  assert.deepEqual(
    configs.map((part) => part["@type"]),
    ["Bootstrap", "Clusters", "Listeners", "ScopedRoutes", "Routes", "Secrets"].map(
      (name) => `${ADMIN}.${name}ConfigDump`,
    ),
  );
  const [bootstrap, clusters, listeners, scoped, routes, secrets] = configs as [
    never,
    never,
    never,
    never,
    never,
    never,
  ];
  const cluster = { name: "c", connect_timeout: "0.250s", type: "STRICT_DNS" };
  assert.deepEqual((clusters as { static_clusters: object }).static_clusters, [
    {
      cluster: { "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", ...cluster },
      last_updated: "2026-01-02T03:04:05.678Z",
    },
  ]);
  const json = JSON.stringify(listeners);
  assert.ok(json.includes('"@type":"type.googleapis.com/envoy.config.listener.v3.Listener"'), json);
  assert.ok(
    json.includes('"stream_idle_timeout":"1.500s","route_config":{}') || json.includes('"max_request_headers_kb":7'),
    json,
  );
  assert.deepEqual((routes as { static_route_configs: unknown[] }).static_route_configs.length, 1);
  assert.deepEqual(Object.keys(scoped), ["@type"]);
  assert.deepEqual(Object.keys(secrets), ["@type"]);
  assert.deepEqual(
    (bootstrap as { bootstrap: { static_resources: { clusters: unknown } } }).bootstrap.static_resources.clusters,
    [cluster],
  );
});

test("what is secret is not shown", () => {
  const secret = `static_resources:
  secrets:
  - name: s
    tls_certificate:
      certificate_chain: { inline_string: public }
      private_key: { inline_string: verysecret }`;
  const json = JSON.stringify(dumpConfig(load(secret), AT));
  assert.ok(!json.includes("verysecret"), json);
  assert.ok(
    json.includes('"certificate_chain":{"inline_string":"public"},"private_key":{"inline_string":"[redacted]"}'),
    json,
  );
});
