import assert from "node:assert/strict";
import { test } from "node:test";
import { DescriptorStore } from "./decode/descriptor-store.js";
import { MessageDecoder } from "./decode/message-decoder.js";
import { ProblemList } from "./decode/problem-list.js";
import { MessageSource, SourceMap } from "./decode/source-map.js";
import { SourceText } from "./decode/source-text.js";
import { parseYaml } from "./decode/yaml-document.js";
import { ignored, implemented, type MessageTable, refused } from "./implemented-fields.js";
import { UnimplementedFields } from "./unimplemented-fields.js";

function reported(table: MessageTable, text: string): string[] {
  const [problems, sourceMap, store] = [new ProblemList(), new SourceMap(), DescriptorStore.packed()];
  const source = new SourceText("f", text);
  const root = parseYaml(source, problems);
  assert.ok(root !== null);
  const desc = store.requireMessage(table.typeName);
  const decoder = new MessageDecoder(store, sourceMap, problems);
  const message = decoder.decodeMessage(desc, root, new MessageSource(source, root.offset, desc, null, ""));
  assert.ok(message !== null);
  new UnimplementedFields(sourceMap, problems, false).report(message, table);
  return problems.sorted().map(({ severity, path }) => `${severity} ${path}`);
}

test("a truth that stands in a oneof asks for something when it is true", () => {
  const table = implemented("envoy.config.route.v3.WeightedCluster", { use_hash_policy: ignored("x") });
  assert.deepEqual(reported(table, "{ use_hash_policy: true }"), ["warning use_hash_policy"]);
  assert.deepEqual(reported(table, "{ use_hash_policy: false }"), []);
});

test("empty messages and zero values ask for nothing, wrappers of other values do", () => {
  const table = implemented("envoy.config.listener.v3.Listener", {
    api_listener: refused("x"),
    use_original_dst: refused("x"),
    tcp_fast_open_queue_length: refused("x"),
  });
  assert.deepEqual(reported(table, "{ api_listener: {}, use_original_dst: false }"), []);
  assert.deepEqual(
    reported(table, "{ api_listener: { api_listener: { '@type': t/google.protobuf.Struct, value: {} } } }"),
    ["error api_listener"],
  );
  assert.deepEqual(reported(table, "{ use_original_dst: true, tcp_fast_open_queue_length: 0 }"), [
    "error use_original_dst",
    "error tcp_fast_open_queue_length",
  ]);
});
