import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BOOTSTRAP_FIELDS } from "../bootstrap-config.js";
import { coverageOf } from "../coverage.js";
import { DescriptorStore } from "../decode/descriptor-store.js";
import { anyTypes } from "./any-types.js";
import { bootstrapSchema } from "./bootstrap-schema.js";
import type { JsonSchema } from "./json-schema.js";
import { SchemaValidator } from "./schema-validator.test.support.js";

const STORE = DescriptorStore.packed();
const SCHEMA = bootstrapSchema(STORE);
const DEFINITIONS = SCHEMA.definitions as Readonly<Record<string, JsonSchema>>;

function manager(fields: string): string {
  const type = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
  return `static_resources: { listeners: [{ filter_chains: [{ filters: [{ name: a, typed_config: {
    "@type": type.googleapis.com/${type}, stat_prefix: s, ${fields} } }] }] }] }`;
}

function cluster(fields: string): string {
  return `static_resources: { clusters: [{ name: c, ${fields} }] }`;
}

const ROUTER = `{ name: r, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }`;

const RIGHT: Readonly<Record<string, string>> = {
  "an empty file's worth": "{}",
  "both spellings of a field":
    "staticResources: { clusters: [{ name: c, connectTimeout: 1s, dns_refresh_rate: 0.5s }] }",
  "enums by name and number": cluster("type: STRICT_DNS, lb_policy: 2"),
  "integers as text": cluster('per_connection_buffer_limit_bytes: "1024"'),
  "a number where text is meant": "node: { id: 1.10 }",
  wrappers: cluster("max_requests_per_connection: 5"),
  "a map of messages that name their types": cluster(`typed_extension_protocol_options: {
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions,
        explicit_http_config: { http_protocol_options: {} } } }`),
  "an extension below an extension": manager(
    `rds: { route_config_name: r, config_source: { ads: {} } }, http_filters: [${ROUTER}]`,
  ),
  "a struct, and any JSON in it": "node: { metadata: { a: [1, { b: null }] } }",
  TypedStruct: `static_resources: { clusters: [{ name: c, transport_socket: { name: t, typed_config: {
      "@type": type.googleapis.com/xds.type.v3.TypedStruct, type_url: a/b.C, value: { d: 1 } } } }] }`,
  "a type that is not Envoy's": manager(`route_config: {}, http_filters: [{ name: f, typed_config: {
      "@type": type.googleapis.com/acme.Filter, anything: true } }]`),
  "a wrapper in an Any": cluster(`typed_extension_protocol_options: { x: {
      "@type": type.googleapis.com/google.protobuf.StringValue, value: text } }`),
  "a message that contains itself": `static_resources: { listeners: [{ access_log: [{ name: a, filter: { and_filter: { filters: [
      { not_health_check_filter: {} }, { or_filter: { filters: [{ traceable_filter: {} }, { duration_filter: {
      comparison: { op: GE, value: { default_value: 1, runtime_key: k } } } }] } }] } } }] }] }`,
};

const WRONG: Readonly<Record<string, readonly [yaml: string, error: string]>> = {
  "an unknown field": [cluster("conect_timeout: 1s"), "/static_resources/clusters/0 additionalProperties"],
  "an unknown field of an extension": [
    manager("route_config: {}, codec: AUTO"),
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config additionalProperties",
  ],
  "a required field that is missing": [
    "static_resources: { clusters: [{ type: STATIC }] }",
    "/static_resources/clusters/0 required",
  ],
  "a required name that is empty": [
    "static_resources: { clusters: [{ name: '' }] }",
    "/static_resources/clusters/0/name minLength",
  ],
  "a value in the other spelling": [
    cluster("connectTimeout: soon"),
    "/static_resources/clusters/0/connectTimeout pattern",
  ],
  "a duration without a unit": [cluster("connect_timeout: 5"), "/static_resources/clusters/0/connect_timeout type"],
  "a duration that has to be positive": [
    cluster("connect_timeout: 0s"),
    "/static_resources/clusters/0/connect_timeout pattern",
  ],
  "a number out of bounds": [
    "admin: { address: { socket_address: { address: a, port_value: 65536 } } }",
    "/admin/address/socket_address/port_value maximum",
  ],
  "text for a number": [
    "admin: { address: { socket_address: { address: a, port_value: http } } }",
    "/admin/address/socket_address/port_value pattern",
  ],
  "an unknown value of an enum": [cluster("type: STATICS"), "/static_resources/clusters/0/type anyOf"],
  "two fields of a oneof": [
    "admin: { address: { socket_address: { address: a, port_value: 1 }, pipe: { path: p } } }",
    "/admin/address oneOf",
  ],
  "none of a oneof that has to be set": ["admin: { address: {} }", "/admin/address oneOf"],
  "a list with no items where some are needed": [
    manager("http_filters: [], route_config: { virtual_hosts: [{ name: v, domains: [] }] }"),
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/domains minItems",
  ],
  "no @type": [
    "static_resources: { listeners: [{ filter_chains: [{ filters: [{ name: a, typed_config: {} }] }] }] }",
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config required",
  ],
  "a type that Envoy does not have": [
    manager(
      `http_filters: [{ name: f, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.nope.v3.Nope } }]`,
    ),
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/@type enum",
  ],
  "a network filter among HTTP filters": [
    manager(
      `http_filters: [{ name: f, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo } }]`,
    ),
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/@type enum",
  ],
};

const VALIDATOR = new SchemaValidator([...Object.values(RIGHT), ...Object.values(WRONG).map(([yaml]) => yaml)]);

describe("what the proxy takes", () => {
  for (const [name, yaml] of Object.entries(RIGHT)) {
    test(name, () => assert.deepEqual(VALIDATOR.errorsOf(yaml), []));
  }
});

describe("what the proxy refuses", () => {
  for (const [name, [yaml, error]] of Object.entries(WRONG)) {
    test(name, () => {
      const errors = VALIDATOR.errorsOf(yaml);
      assert.ok(errors.includes(error), `${error}\n---\n${errors.join("\n")}`);
    });
  }
});

test("all extensions that are implemented can be named", () => {
  const named = new Set(anyTypes(STORE).map(({ typeName }) => typeName));
  const missing = coverageOf(BOOTSTRAP_FIELDS, STORE).extensions.filter(({ typeName }) => !named.has(typeName));
  assert.deepEqual(missing, []);
});

test("an editor shows what is not implemented, and where Envoy describes a message", () => {
  const definition = DEFINITIONS["envoy.config.bootstrap.v3.Bootstrap"];
  const url = "https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto";
  assert.equal(definition?.description, `${url}#envoy-v3-api-msg-config-bootstrap-v3-bootstrap`);
  const properties = definition.properties as Readonly<Record<string, JsonSchema>>;
  assert.match(String(properties.fatal_actions?.description), /it has no effect/);
  assert.equal(properties.static_resources?.description, undefined);
});
