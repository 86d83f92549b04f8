import assert from "node:assert/strict";
import { test } from "node:test";
import { AdminUnderTest } from "./admin-server.test.support.js";
import type { ClusterStatus, HostStatus } from "./cluster-status.js";

const HOST: HostStatus = {
  address: { kind: "ip", host: "10.0.0.1", port: 80 },
  hostname: "one.example",
  stats: [
    { name: "rq_total", kind: "counter", value: 5 },
    { name: "cx_active", kind: "gauge", value: 1 },
    { name: "cx_total", kind: "counter", value: 0 },
  ],
  healthFlags: [],
  weight: 1,
  locality: { region: "eu", zone: "", subZone: "" },
  canary: false,
  priority: 0,
  successRate: -1,
  localOriginSuccessRate: -1,
};

const LIMITS = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
  maxConnectionPools: 0xffff_ffff,
  maxConnectionsPerHost: 0xffff_ffff,
  retryBudget: null,
  trackRemaining: false,
};

const CLUSTER: ClusterStatus = {
  name: "a",
  observabilityName: "alt",
  addedViaApi: false,
  edsServiceName: "",
  outlier: null,
  defaultLimits: LIMITS,
  highLimits: { ...LIMITS, maxRetries: 9 },
  hosts: [HOST],
};

const FULL: ClusterStatus = {
  ...CLUSTER,
  name: "b",
  addedViaApi: true,
  edsServiceName: "svc",
  outlier: {
    successRateAverage: 99.5 + 1 / 3e9,
    successRateEjectionThreshold: 90,
    localOriginSuccessRateAverage: -1,
    localOriginSuccessRateEjectionThreshold: -1,
  },
  hosts: [
    {
      ...HOST,
      address: { kind: "ip", host: "::1", port: 81 },
      healthFlags: ["failed_active_hc", "failed_outlier_check", "failed_eds_health", "degraded_outlier_detection"],
      canary: true,
      priority: 1,
      successRate: 100,
    },
  ],
};

test("/clusters as text, in Envoy's order", async (t) => {
  const admin = await AdminUnderTest.start(t, { clusters: async () => [CLUSTER] });
  assert.equal(
    (await admin.get("/clusters")).body,
    `a::observability_name::alt
a::default_priority::max_connections::1024
a::default_priority::max_pending_requests::1024
a::default_priority::max_requests::1024
a::default_priority::max_retries::3
a::high_priority::max_connections::1024
a::high_priority::max_pending_requests::1024
a::high_priority::max_requests::1024
a::high_priority::max_retries::9
a::added_via_api::false
a::10.0.0.1:80::cx_active::1
a::10.0.0.1:80::cx_total::0
a::10.0.0.1:80::rq_total::5
a::10.0.0.1:80::hostname::one.example
a::10.0.0.1:80::health_flags::healthy
a::10.0.0.1:80::weight::1
a::10.0.0.1:80::region::eu
a::10.0.0.1:80::zone::
a::10.0.0.1:80::sub_zone::
a::10.0.0.1:80::canary::false
a::10.0.0.1:80::priority::0
a::10.0.0.1:80::success_rate::-1
a::10.0.0.1:80::local_origin_success_rate::-1
`,
  );
});

test("/clusters as text: outlier detection, EDS and unhealthy hosts", async (t) => {
  const admin = await AdminUnderTest.start(t, { clusters: async () => [FULL] });
  const { body } = await admin.get("/clusters");
  assert.match(body, /^b::observability_name::alt\nb::outlier::success_rate_average::99\.5\n/);
  assert.match(body, /b::outlier::local_origin_success_rate_ejection_threshold::-1\nb::default_priority::/);
  assert.match(body, /b::added_via_api::true\nb::eds_service_name::svc\nb::\[::1\]:81::cx_active::1\n/);
  assert.match(
    body,
    /b::\[::1\]:81::health_flags::\/failed_active_hc\/failed_outlier_check\/failed_eds_health\/degraded_outlier_detection\n/,
  );
});

test("/clusters of those whose name matches, wherever in it", async (t) => {
  const clusters = ["one", "two", "twelve"].map((name) => ({ ...CLUSTER, name }));
  const admin = await AdminUnderTest.start(t, { clusters: async () => clusters });
  const names = async (query: string): Promise<string[]> => {
    const { body } = await admin.get(`/clusters?${query}`);
    return [...new Set(body.split("\n").map((line) => line.split("::")[0] ?? ""))].filter((name) => name !== "");
  };
  assert.deepEqual(await names("filter=w"), ["two", "twelve"]);
  assert.deepEqual(await names("filter=^o"), ["one"]);
  assert.deepEqual(await names("filter="), ["one", "two", "twelve"]);
  const { cluster_statuses: statuses } = await admin.json<{ cluster_statuses: { name: string }[] }>(
    "/clusters?format=json&filter=e$",
  );
  assert.deepEqual(
    statuses.map(({ name }) => name),
    ["one", "twelve"],
  );
  const invalid = await admin.get("/clusters?filter=(");
  assert.deepEqual([invalid.status, invalid.body], [400, "Invalid re2 regex\n"]);
});

test("/clusters as JSON leaves out defaults, as protobuf does", async (t) => {
  const admin = await AdminUnderTest.start(t, { clusters: async () => [CLUSTER, FULL] });
  const { cluster_statuses: statuses } = await admin.json<{ cluster_statuses: Record<string, unknown>[] }>(
    "/clusters?format=json",
  );
  const thresholds = [
    { max_connections: 1024, max_pending_requests: 1024, max_requests: 1024, max_retries: 3 },
    { priority: "HIGH", max_connections: 1024, max_pending_requests: 1024, max_requests: 1024, max_retries: 9 },
  ];
  const stats = [
    { value: "5", name: "rq_total" },
    { name: "cx_total" },
    { type: "GAUGE", value: "1", name: "cx_active" },
  ];
  assert.deepEqual(statuses[0], {
    name: "a",
    host_statuses: [
      {
        address: { socket_address: { address: "10.0.0.1", port_value: 80 } },
        stats,
        health_status: { eds_health_status: "HEALTHY" },
        weight: 1,
        hostname: "one.example",
        locality: { region: "eu" },
      },
    ],
    circuit_breakers: { thresholds },
    observability_name: "alt",
  });
  assert.deepEqual(statuses[1], {
    name: "b",
    added_via_api: true,
    success_rate_ejection_threshold: { value: 90 },
    host_statuses: [
      {
        address: { socket_address: { address: "::1", port_value: 81 } },
        stats,
        health_status: {
          failed_active_health_check: true,
          failed_outlier_check: true,
          eds_health_status: "UNHEALTHY",
          failed_degraded_outlier_detection: true,
        },
        success_rate: { value: 100 },
        weight: 1,
        hostname: "one.example",
        priority: 1,
        locality: { region: "eu" },
      },
    ],
    circuit_breakers: { thresholds },
    observability_name: "alt",
    eds_service_name: "svc",
  });
});
