import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_TAG_RULES } from "./default-tags.js";
import { TagExtractor } from "./tag-extractor.js";

const CASES: readonly [stat: string, name: string, tags: Record<string, string>][] = [
  ["cluster.a.upstream_rq_200", "cluster.upstream_rq", { "envoy.response_code": "200", "envoy.cluster_name": "a" }],
  [
    "cluster.a.upstream_rq_2xx",
    "cluster.upstream_rq_xx",
    { "envoy.response_code_class": "2", "envoy.cluster_name": "a" },
  ],
  [
    "cluster.a.external.upstream_rq_503",
    "cluster.external.upstream_rq",
    { "envoy.response_code": "503", "envoy.cluster_name": "a" },
  ],
  ["cluster_manager.cluster_added", "cluster_manager.cluster_added", {}],
  [
    "http.ingress.downstream_rq_5xx",
    "http.downstream_rq_xx",
    { "envoy.response_code_class": "5", "envoy.http_conn_manager_prefix": "ingress" },
  ],
  [
    "http.ingress.user_agent.ios.downstream_cx_total",
    "http.user_agent.downstream_cx_total",
    { "envoy.http_user_agent": "ios", "envoy.http_conn_manager_prefix": "ingress" },
  ],
  [
    "http.ingress.rds.my.routes.config_reload",
    "http.rds.config_reload",
    { "envoy.rds_route_config": "my.routes", "envoy.http_conn_manager_prefix": "ingress" },
  ],
  [
    "listener.0.0.0.0_80.downstream_cx_total",
    "listener.downstream_cx_total",
    { "envoy.listener_address": "0.0.0.0_80" },
  ],
  ["listener.[__1]_80.downstream_cx_total", "listener.downstream_cx_total", { "envoy.listener_address": "[__1]_80" }],
  ["listener.web.downstream_cx_total", "listener.downstream_cx_total", { "envoy.listener_address": "web" }],
  ["listener.admin.downstream_cx_total", "listener.admin.downstream_cx_total", {}],
  [
    "listener.127.0.0.1_80.worker_3.downstream_cx_active",
    "listener.worker_downstream_cx_active",
    { "envoy.worker_id": "3", "envoy.listener_address": "127.0.0.1_80" },
  ],
  [
    "listener.127.0.0.1_80.http.ingress.downstream_rq_2xx",
    "listener.http.downstream_rq_xx",
    {
      "envoy.response_code_class": "2",
      "envoy.http_conn_manager_prefix": "ingress",
      "envoy.listener_address": "127.0.0.1_80",
    },
  ],
  [
    "listener.0.0.0.0_443.ssl.ciphers.ECDHE-RSA-AES128-GCM-SHA256",
    "listener.ssl.ciphers",
    { "envoy.ssl_cipher": "ECDHE-RSA-AES128-GCM-SHA256", "envoy.listener_address": "0.0.0.0_443" },
  ],
  [
    "listener.0.0.0.0_443.ssl.versions.TLSv1.3",
    "listener.ssl.versions",
    { "envoy.ssl_version": "TLSv1.3", "envoy.listener_address": "0.0.0.0_443" },
  ],
  [
    "vhost.v.vcluster.c.upstream_rq_time",
    "vhost.vcluster.upstream_rq_time",
    { "envoy.virtual_cluster": "c", "envoy.virtual_host": "v" },
  ],
  [
    "vhost.v.route.r.upstream_rq_retry",
    "vhost.route.upstream_rq_retry",
    { "envoy.virtual_host": "v", "envoy.route": "r" },
  ],
  ["limiter.http_local_rate_limit.ok", "http_local_rate_limit.ok", { "envoy.local_http_ratelimit_prefix": "limiter" }],
];

test("default tags", () => {
  const extractor = new TagExtractor();
  for (const [stat, name, tags] of CASES) {
    const found = extractor.extract(stat);
    assert.equal(found.name, name, stat);
    assert.deepEqual(
      Object.entries(tags),
      found.tags.map((tag) => [tag.name, tag.value]),
      stat,
    );
    assert.equal(extractor.extract(stat), found);
  }
});

test("rules of the configuration come on top, and the first rule of a tag wins", () => {
  const rules = [{ tag: "envoy.cluster_name", pattern: /^cluster\.((.+?\.svc)\.)/ }, ...DEFAULT_TAG_RULES];
  const extractor = new TagExtractor(rules, [{ name: "zone", value: "eu" }]);
  assert.deepEqual(extractor.extract("cluster.a.b.svc.upstream_cx_total"), {
    name: "cluster.upstream_cx_total",
    tags: [
      { name: "zone", value: "eu" },
      { name: "envoy.cluster_name", value: "a.b.svc" },
    ],
  });
});
