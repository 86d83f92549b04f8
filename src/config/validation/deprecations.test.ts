import assert from "node:assert/strict";
import { test } from "node:test";
import { managerText, problemsOf, ROUTES_PATH, routesText } from "../config-text.test.support.js";
import { DescriptorStore } from "../decode/descriptor-store.js";
import { HINTED_NAMES } from "./deprecation-hints.js";

const ROUTE = '- { match: { prefix: "/", headers: [{ name: x, exact_match: y }] }, route: { cluster: known } }';
const TRACER = "envoy.config.trace.v3.DynamicOtConfig";

function tracing(): string {
  return managerText(
    `tracing: { provider: { name: x, typed_config: { "@type": t/${TRACER}, library: /x, config: {} } } }`,
  );
}

/** Static layers of the runtime, in front of another text. */
function withRuntime(values: string, text: string): string {
  return `layered_runtime: { layers: [{ name: l, static_layer: ${values} }] }\n${text}`;
}

test("a deprecated field is a warning with what to use instead, also with --strict", () => {
  const expected = [
    `15:62 warning ${ROUTES_PATH}.routes[0].match.headers[0].exact_match: \`exact_match\` is deprecated in Envoy's API -> use \`string_match: { exact: ... }\``,
  ];
  assert.deepEqual(problemsOf(routesText(ROUTE)), expected);
  assert.deepEqual(problemsOf(routesText(ROUTE), { strict: true }), expected);
});

test("a deprecated value of an enum is one too, but where its message has no effect anyway", () => {
  const rds = "rds: { route_config_name: r, config_source: { ads: {}, resource_api_version: V2 } }";
  const path = "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.rds";
  const lines = problemsOf(managerText("", { routes: rds })).filter((line) => line.includes("`V2`"));
  assert.deepEqual(lines, [
    `10:66 warning ${path}.config_source.resource_api_version: \`V2\` is deprecated in Envoy's API -> use \`V3\`: the v2 API was removed from Envoy in 2021`,
  ]);
  const dynamic = "dynamic_resources: { lds_config: { ads: {}, resource_api_version: V2 } }";
  assert.ok(!problemsOf(dynamic).some((line) => line.includes("`V2`")));
});

test("the runtime makes errors of all that is deprecated", () => {
  const [line] = problemsOf(withRuntime("{ envoy.features.fail_on_any_deprecated_feature: true }", routesText(ROUTE)));
  assert.match(line ?? "", /^16:62 error \S+exact_match: `exact_match` is deprecated/);
});

test("what Envoy no longer allows is an error, unless the runtime allows it again", () => {
  const disallowed = (values: string) =>
    problemsOf(withRuntime(values, tracing()))
      .filter((line) => line.includes("deprecated"))
      .map((line) => line.replace(/^\S+ (error|warning) \S+\.([a-z]+): .*/, "$1 $2"));
  assert.deepEqual(disallowed("{}"), ["error library", "error config"]);
  // Then only its tracing has no effect.
  assert.deepEqual(disallowed("{ envoy.features.enable_all_deprecated_features: true }"), []);
  assert.deepEqual(disallowed(`{ "envoy.deprecated_features:${TRACER}.config": true }`), ["error library"]);
});

test("every hint is about something that is there and deprecated", () => {
  const store = DescriptorStore.packed();
  for (const name of HINTED_NAMES) {
    const dot = name.lastIndexOf(".");
    const [owner, member] = [name.slice(0, dot), name.slice(dot + 1)];
    const field = store.message(owner)?.fields.find((candidate) => candidate.name === member);
    if (field !== undefined) assert.ok(field.deprecated, name);
    else assert.equal(name, "envoy.config.core.v3.ApiVersion.V2");
  }
});
