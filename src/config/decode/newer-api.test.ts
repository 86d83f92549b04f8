import assert from "node:assert/strict";
import { test } from "node:test";
import { managerText, problemsBelow, problemsOf, ROUTES_PATH, routesText } from "../config-text.test.support.js";
import { decode } from "./decoding.test.support.js";
import { isNewerType, newerField } from "./newer-api.js";

const FILTER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter";
const MODULE = "envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter";

test("fields that are newer than the protos are known", () => {
  assert.deepEqual(problemsOf("admin: { allow_paths: [{ exact: /stats }] }"), [
    "1:10 warning admin.allow_paths: `allow_paths` is known but not implemented by Sluice yet; it has no effect",
  ]);
  assert.match(problemsOf("admin: { allow_paths: [] }", { strict: true })[0] ?? "", /^1:10 error/);
  assert.equal(newerField("constructor", "name"), null);
  assert.equal(newerField("envoy.config.bootstrap.v3.Admin", "allow_path"), null);
});

test("those that decide where requests go are refused", () => {
  const route = '- { match: { prefix: "/", cookies: [{ name: x }] }, route: { cluster: known } }';
  const text =
    "match.cookies: `cookies` is known but not implemented by Sluice yet: without it requests would go elsewhere";
  assert.deepEqual(problemsBelow(`${ROUTES_PATH}.routes[0]`, routesText(route)), [`15:41 error ${text}`]);
});

test("extensions that are newer than the protos are known by their packages", () => {
  for (const name of [MODULE, "envoy.extensions.clusters.dns.v3.DnsCluster", "envoy.extensions.vcl.v3alpha.Vcl"]) {
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
