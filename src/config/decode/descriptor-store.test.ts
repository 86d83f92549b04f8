import assert from "node:assert/strict";
import { test } from "node:test";
import { DescriptorStore } from "./descriptor-store.js";

test("every type of the generated set can be loaded", () => {
  const store = DescriptorStore.packed();
  let count = 0;
  for (const name of store.typeNames()) {
    assert.equal(store.message(name)?.typeName, name);
    count++;
  }
  assert.ok(count > 1000);
});

test("messages that refer to each other share their descriptors, whichever was loaded first", () => {
  const store = DescriptorStore.packed();
  const route = store.requireMessage("envoy.config.route.v3.RouteConfiguration");
  const manager = store.requireMessage(
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
  );
  assert.equal(manager.field.routeConfig?.message, route);
});

test("types that nobody defines", () => {
  const store = DescriptorStore.packed();
  assert.equal(store.message("envoy.api.v2.Cluster"), null);
  assert.equal(store.message("toString"), null);
  assert.throws(() => store.requireMessage("x.Y"), /npm run generate/);
});

test("the protos whose imports the package lacks are there", () => {
  const store = DescriptorStore.packed();
  for (const name of [
    "envoy.config.trace.v3.OpenCensusConfig",
    "envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig",
    "envoy.service.discovery.v3.DiscoveryRequest",
  ]) {
    assert.ok(store.message(name) !== null, name);
  }
});
