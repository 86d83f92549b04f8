import assert from "node:assert/strict";
import { test } from "node:test";
import { managerText, problemsBelow, problemsOf, ROUTES_PATH, routesText } from "../config-text.test.support.js";
import { decode } from "./decoding.test.support.js";
import { isNewerField, isNewerType } from "./newer-api.js";

const FILTER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter";
const MODULE = "envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter";

const TRACING = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing";

test("fields that are newer than the protos are known", () => {
  const text = managerText("tracing: { no_context_propagation: true }");
  const path = "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.tracing.no_context_propagation";
  const lines = problemsOf(text).filter((line) => line.includes("no_context_propagation"));
  assert.equal(lines.length, 1);
  assert.ok(lines[0]?.includes(`warning ${path}: `), lines[0]);
  assert.match(problemsOf(text, { strict: true }).join("\n"), /error \S+no_context_propagation/);
  assert.ok(!isNewerField("constructor", "name"));
  assert.ok(!isNewerField(TRACING, "context_propagation"));
});

test("fields that the proto additions bring are checked as any other", () => {
  const route = (key: string): string =>
    `- { match: { prefix: "/", filter_state: [{ key: "${key}", string_match: { exact: y } }] }, route: { cluster: known } }`;
  const problems = (key: string): string[] => problemsBelow(`${ROUTES_PATH}.routes[0]`, routesText(route(key)));
  assert.deepEqual(problems("x"), []);
  assert.deepEqual(problems(""), ["15:63 error match.filter_state[0].key: must not be empty"]);
});

test("extensions that are newer than the protos are known by their packages", () => {
  for (const name of [
    MODULE,
    "envoy.extensions.clusters.composite.v3.ClusterConfig",
    "envoy.extensions.vcl.v3alpha.Vcl",
    "io.istio.http.peer_metadata.Config",
  ]) {
    assert.ok(isNewerType(name), name);
  }
  for (const name of [
    "envoy.extensions.filters.http.router.v3.Router",
    "envoy.extensions.vcl.v3alpha",
    "constructor",
  ]) {
    assert.ok(!isNewerType(name), name);
  }
  const fields = `"@type": t/${MODULE}, dynamic_module_config: { name: m }, filter_config: [1]`;
  assert.deepEqual(decode(FILTER, `name: x\ntyped_config: { ${fields} }`).lines, []);
  const wrapped = `"@type": t/xds.type.v3.TypedStruct, type_url: t/${MODULE}, value: { a: 1 }`;
  assert.deepEqual(decode(FILTER, `name: x\ntyped_config: { ${wrapped} }`).lines, []);
});

test("such an extension is refused by name, or left out where it is optional", () => {
  const problems = (optional: boolean) =>
    problemsOf(
      managerText("", {
        filters: `http_filters: [{ name: m, is_optional: ${optional}, typed_config: { "@type": t/${MODULE}, a: 1 } }]`,
      }),
    ).join("\n");
  assert.match(
    problems(false),
    /error .*the HTTP filter "m" \(`envoy\S+DynamicModuleFilter`\) is known but not implemented/,
  );
  assert.match(problems(true), /warning .*it is optional and left out/);
});
