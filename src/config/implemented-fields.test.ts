import assert from "node:assert/strict";
import { test } from "node:test";
import { BOOTSTRAP_FIELDS } from "./bootstrap-config.js";
import { DescriptorStore } from "./decode/descriptor-store.js";
import { isWellKnown } from "./decode/well-known-decoder.js";
import type { Implementation, MessageTable } from "./implemented-fields.js";

/** Every table below the root, once. */
function allTables(root: MessageTable): Set<MessageTable> {
  const tables = new Set<MessageTable>([root]);
  for (const table of tables) {
    for (const implementation of Object.values(table.fields)) {
      for (const inner of tablesOf(implementation)) tables.add(inner);
    }
  }
  return tables;
}

function tablesOf(implementation: Implementation): readonly MessageTable[] {
  if (typeof implementation === "function") return [implementation()];
  if (implementation === true) return [];
  if (implementation.kind === "message") return [implementation];
  return implementation.kind === "extensions" ? implementation.tables() : [];
}

test("the tables of implemented fields name types and fields that exist", () => {
  const store = DescriptorStore.packed();
  const tables = allTables(BOOTSTRAP_FIELDS);
  assert.ok(tables.size > 40);
  for (const table of tables) {
    const desc = store.requireMessage(table.typeName);
    for (const [name, implementation] of Object.entries(table.fields)) {
      const field = desc.fields.find((candidate) => candidate.name === name);
      assert.ok(field !== undefined, `${table.typeName}.${name}`);
      const inner = typeof implementation === "function" ? implementation() : implementation;
      if (inner === true) continue;
      if (inner.kind === "message") assert.equal(field.message?.typeName, inner.typeName, `${table.typeName}.${name}`);
      if (inner.kind === "extensions") assert.equal(field.message?.typeName, "google.protobuf.Any", name);
    }
  }
});

/** Messages that the converters take or refuse as a whole. */
const WHOLE = new Set([
  "envoy.config.core.v3.RuntimeUInt32",
  "envoy.config.core.v3.EnvoyInternalAddress",
  "envoy.config.core.v3.Http2ProtocolOptions",
  "envoy.config.core.v3.Http3ProtocolOptions",
]);
const REFUSED = /(^|_)(rds|scoped_routes|config_discovery|cluster_type|redirect|filter_action|non_forwarding_action)$/;
const REFUSED_CHOICE =
  /^(weighted_clusters|inline_cluster_specifier_plugin|host_rewrite_path_regex|use_downstream_protocol_config|auto_config|[a-z_]+_filter|filter_disabled|typed_config|custom)$/;

test("no message is called implemented with all its fields unless the converter takes it whole", () => {
  const store = DescriptorStore.packed();
  for (const table of allTables(BOOTSTRAP_FIELDS)) {
    for (const [name, implementation] of Object.entries(table.fields)) {
      const message = store.requireMessage(table.typeName).fields.find((field) => field.name === name)?.message;
      if (implementation !== true || message === undefined || isWellKnown(message)) continue;
      const whole = WHOLE.has(message.typeName) || REFUSED.test(name) || REFUSED_CHOICE.test(name);
      assert.ok(whole, `${table.typeName}.${name} needs a table`);
    }
  }
});
