import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBootstrap } from "../../config/bootstrap.js";
import type { ConnectionManagerConfig } from "../../http/conn-manager/connection-manager-config.js";
import { parseTarget } from "./target-url.js";
import { type ToOptions, toConfig } from "./to-config.js";

function options(urls: readonly string[], more: Partial<ToOptions> = {}): ToOptions {
  const listen = { address: "127.0.0.1", port: 8080 };
  return { targets: urls.map(parseTarget), listen, admin: null, keepHost: false, ...more };
}

/** The configuration as the proxy takes it; nothing of it may be left without effect. */
function load(asked: ToOptions): ReturnType<typeof loadBootstrap>["config"] {
  const { config, warnings } = loadBootstrap({ text: toConfig(asked), strict: true });
  assert.deepEqual(warnings, []);
  return config;
}

function routeAction(config: ReturnType<typeof load>): object {
  const filter = config.listeners[0]?.filterChains[0]?.filters[0];
  const manager = filter?.config as ConnectionManagerConfig;
  const action = manager.routeConfig?.virtualHosts[0]?.routes[0]?.action;
  assert.equal(action?.kind, "forward");
  return action;
}

test("IP addresses are a STATIC cluster, named as a host header names them", () => {
  const config = load(options(["http://127.0.0.1:3000", "http://[::1]"]));
  const [cluster] = config.clusters;
  assert.equal(cluster?.discovery, "static");
  assert.deepEqual(
    cluster?.endpoints.map(({ address, hostname }) => ({ address, hostname })),
    [
      { address: { kind: "ip", host: "127.0.0.1", port: 3000 }, hostname: "127.0.0.1:3000" },
      { address: { kind: "ip", host: "::1", port: 80 }, hostname: "[::1]" },
    ],
  );
  assert.deepEqual(config.listeners[0]?.address, { kind: "ip", host: "127.0.0.1", port: 8080 });
  assert.equal(config.admin, null);
});

test("a name among them makes it STRICT_DNS, IPv4 first", () => {
  const [cluster] = load(options(["http://127.0.0.1:3000", "localhost:3001"])).clusters;
  assert.equal(cluster?.discovery, "strictDns");
  assert.equal(cluster?.dns.lookupFamily, "v4Preferred");
  assert.deepEqual(
    cluster?.endpoints.map(({ hostname }) => hostname),
    ["127.0.0.1:3000", "localhost:3001"],
  );
});

test("the host of the URL, the path before the request's, and no end to a response that goes on", () => {
  const action = routeAction(load(options(["http://a/api"])));
  const { hostRewrite, pathRewrite, timeoutMs } = action as Record<string, unknown>;
  assert.deepEqual(
    { hostRewrite, pathRewrite, timeoutMs },
    { hostRewrite: { kind: "auto" }, pathRewrite: { kind: "prefix", value: "/api/" }, timeoutMs: 0 },
  );
});

test("--keep-host leaves the host header, --admin opens the admin", () => {
  const config = load(options(["http://a"], { keepHost: true, admin: { address: "::1", port: 9901 } }));
  assert.deepEqual((routeAction(config) as Record<string, unknown>).hostRewrite, { kind: "none" });
  assert.deepEqual(config.admin?.address, { kind: "ip", host: "::1", port: 9901 });
});
