import assert from "node:assert/strict";
import { test } from "node:test";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { TypedExtensionConfig } from "../../gen/envoy/config/core/v3/extension_pb.js";
import { decode } from "./decoding.test.support.js";

const HOLDER = "envoy.config.core.v3.TypedExtensionConfig";
const ROUTER = "envoy.extensions.filters.http.router.v3.Router";

function holder(anyText: string) {
  return decode(HOLDER, `name: x\ntyped_config: ${anyText}`);
}

function unpacked(anyText: string): { typeUrl: string; message: Record<string, unknown>; path: string } {
  const { message, sourceMap, lines } = holder(anyText);
  assert.deepEqual(lines, []);
  const any = (message as TypedExtensionConfig).typedConfig as Any;
  const inner = sourceMap.unpacked(any);
  assert.ok(inner !== null);
  const fields = inner.message as unknown as Record<string, unknown>;
  return { typeUrl: any.typeUrl, message: fields, path: sourceMap.path(inner.message, "suppressEnvoyHeaders") };
}

test("an Any holds the message that its type names, whatever the host of the URL", () => {
  for (const host of ["type.googleapis.com", "example.com/x", ""]) {
    const { typeUrl, message, path } = unpacked(`{ "@type": "${host}/${ROUTER}", suppress_envoy_headers: true }`);
    assert.equal(typeUrl, `type.googleapis.com/${ROUTER}`);
    assert.equal(message.suppressEnvoyHeaders, true);
    assert.equal(path, "typed_config.suppress_envoy_headers");
  }
});

test("a TypedStruct is the message that it names", () => {
  for (const type of ["xds.type.v3.TypedStruct", "udpa.type.v1.TypedStruct"]) {
    for (const key of ["type_url", "typeUrl"]) {
      const { typeUrl, message, path } = unpacked(
        `{ "@type": t/${type}, ${key}: t/${ROUTER}, value: { suppress_envoy_headers: true } }`,
      );
      assert.equal(typeUrl, `type.googleapis.com/${ROUTER}`);
      assert.equal(message.suppressEnvoyHeaders, true);
      assert.equal(path, "typed_config.value.suppress_envoy_headers");
    }
  }
});

test("a TypedStruct without a value is the empty message", () => {
  const { message } = unpacked(`{ "@type": t/xds.type.v3.TypedStruct, type_url: t/${ROUTER} }`);
  assert.equal(message.suppressEnvoyHeaders, false);
});

test("well-known types stand in `value`", () => {
  assert.equal(unpacked('{ "@type": t/google.protobuf.Duration, value: 2s }').message.seconds, 2n);
  assert.equal(unpacked('{ "@type": t/google.protobuf.StringValue, value: s }').message.value, "s");
  const struct = unpacked('{ "@type": t/google.protobuf.Struct, value: { a: 1 } }').message.fields;
  assert.deepEqual(Object.keys(struct as object), ["a"]);
  const inner = unpacked(`{ "@type": t/google.protobuf.Any, value: { "@type": t/${ROUTER} } }`);
  assert.equal(inner.message.typeUrl, `type.googleapis.com/${ROUTER}`);
});

const FAULTS: readonly (readonly [string, string])[] = [
  ["5", "2:15 typed_config: expected a map with `@type`, found the number 5"],
  [
    "{}",
    '2:15 typed_config: `@type` is missing: it says which message this is -> add `"@type": type.googleapis.com/<full name of the message>`',
  ],
  ['{ "@type": 5 }', "2:26 typed_config: expected a type URL in `@type`, found the number 5"],
  [
    `{ "@type": ${ROUTER} }`,
    `2:26 typed_config: a type URL has a host before the type's name: "${ROUTER}" -> did you mean \`type.googleapis.com/${ROUTER}\`?`,
  ],
  [
    '{ "@type": t/envoy.extensions.filters.http.router.v3.Ruoter }',
    `2:26 typed_config: unknown type \`envoy.extensions.filters.http.router.v3.Ruoter\` -> did you mean \`${ROUTER}\`?`,
  ],
  [
    '{ "@type": t/envoy.config.filter.http.router.v2.Router }',
    `2:26 typed_config: unknown type \`envoy.config.filter.http.router.v2.Router\` (the v2 API was removed from Envoy in 2021) -> did you mean \`${ROUTER}\`?`,
  ],
  [
    `{ "@type": t/${ROUTER}, supress_envoy_headers: true }`,
    "2:76 typed_config.supress_envoy_headers: unknown field `supress_envoy_headers` of Router -> did you mean `suppress_envoy_headers`?",
  ],
  [
    '{ "@type": t/google.protobuf.Duration }',
    '2:15 typed_config: google.protobuf.Duration stands in `value`: { "@type": ..., value: ... }',
  ],
  [
    '{ "@type": t/google.protobuf.Duration, value: 2 }',
    '2:61 typed_config.value: expected a duration such as "1.5s", found the number 2 -> did you mean `2s`?',
  ],
  [
    '{ "@type": t/google.protobuf.Duration, value: 2s, valeu: 1 }',
    "2:65 typed_config: unknown field `valeu` -> did you mean `value`?",
  ],
  [
    '{ "@type": t/xds.type.v3.TypedStruct, value: {} }',
    '2:15 typed_config: `type_url` is missing: it says which message this is -> add `"type_url": type.googleapis.com/<full name of the message>`',
  ],
  [
    `{ "@type": t/xds.type.v3.TypedStruct, type_url: t/${ROUTER}, value: { x: 1 } }`,
    "2:122 typed_config.value.x: unknown field `x` of Router",
  ],
];

test("faults of an Any", () => {
  for (const [text, expected] of FAULTS) assert.deepEqual(holder(text).lines, [expected], text);
});

const FILTER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter";

test("an unknown type does no harm where it may be left out", () => {
  const text = (optional: string) => `name: x\ntyped_config: { "@type": t/acme.Filter }\n${optional}`;
  assert.deepEqual(decode(FILTER, text("")).lines, ["2:26 typed_config: unknown type `acme.Filter`"]);
  const { problems } = decode(FILTER, text("is_optional: true"));
  assert.deepEqual(
    problems.map(({ severity, message }) => [severity, message]),
    [["warning", "unknown type `acme.Filter`; it is optional and left out"]],
  );
});
