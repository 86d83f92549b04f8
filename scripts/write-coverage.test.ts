import assert from "node:assert/strict";
import { test } from "node:test";
import type { Coverage } from "../src/config/coverage.js";
import { coveragePage } from "./coverage/coverage-page.js";
import { extensionStates } from "./coverage/extension-states.js";
import { readProto } from "./coverage/proto-extensions.js";

const SOCKETS = `
package envoy.config.core.v3;
message Socket {
  message Inner { string x = 1; }
  oneof config {
    // [#extension-category: envoy.sockets]
    google.protobuf.Any typed_config = 3;
    // [#extension-category: envoy.other,
    string plain = 4;
  }
  // [#extension-category: envoy.sockets.finders]
  repeated TypedExtensionConfig finders = 5;
}
`;
const TLS = `
package envoy.sockets.tls.v3;
// [#extension: envoy.sockets.tls]
// More about it.
message TlsSocket {
  Part part = 1;
}
message Part {
}
message TlsPerRoute {
  TlsSocket tls = 1;
}
`;
const STREAMS = `
package envoy.sockets.stream.v3;
// [#extension: envoy.sockets.out]
message Out {
}
// [#extension: envoy.sockets.err]
message Err {
}
`;

test("extensions of a proto: the messages that are no part of another", () => {
  assert.deepEqual(readProto(TLS).extensions, [
    { name: "envoy.sockets.tls", typeNames: ["envoy.sockets.tls.v3.TlsSocket", "envoy.sockets.tls.v3.TlsPerRoute"] },
  ]);
  assert.deepEqual(readProto(STREAMS).extensions, [
    { name: "envoy.sockets.out", typeNames: ["envoy.sockets.stream.v3.Out"] },
    { name: "envoy.sockets.err", typeNames: ["envoy.sockets.stream.v3.Err"] },
  ]);
});

test("fields that take extensions, with the messages around them", () => {
  const typeName = "envoy.config.core.v3.Socket";
  assert.deepEqual(readProto(SOCKETS).holders, [
    { category: "envoy.sockets", typeName, field: "typed_config" },
    { category: "envoy.sockets.finders", typeName, field: "finders" },
  ]);
});

const COVERAGE: Coverage = {
  messages: [
    {
      typeName: "envoy.config.core.v3.Socket",
      places: ["Cluster.socket"],
      fields: [
        { name: "typed_config", state: "implemented", note: "", isDeprecated: false },
        { name: "finders", state: "refused", note: "nothing is found", isDeprecated: true },
        { name: "plain", state: "noEffect", note: "", isDeprecated: false },
      ],
    },
  ],
  extensions: [
    { typeName: "envoy.sockets.stream.v3.Out", places: ["Socket.typed_config"] },
    { typeName: "sluice.v3.Own", places: ["Socket.typed_config"] },
  ],
};

test("what is implemented, by category; an extension without a proto's comment stands with its field", () => {
  const [category, ...others] = extensionStates([SOCKETS, TLS, STREAMS].map(readProto), COVERAGE);
  assert.deepEqual(others, []);
  assert.deepEqual(category?.holders, [{ message: "Socket", field: "typed_config", state: "implemented" }]);
  assert.deepEqual(
    category?.extensions.map(({ name, implemented }) => [name, implemented]),
    [
      ["Own", true],
      ["envoy.sockets.err", false],
      ["envoy.sockets.out", true],
      ["envoy.sockets.tls", false],
    ],
  );
});

test("the page", () => {
  const page = coveragePage(COVERAGE, extensionStates([SOCKETS, TLS, STREAMS].map(readProto), COVERAGE));
  for (const text of [
    "| fields of 1 messages | 1 | 0 | 1 | 1 |",
    "| extensions | 2 | | | 2 |",
    "Named in `typed_config` of Socket.",
    "### envoy.sockets\n",
    "- `out`",
    "Not implemented: `err`, `tls`.",
    "`envoy.config.core.v3.Socket`, in `socket` of Cluster",
    "Implemented: `typed_config`.",
    "No effect, with a warning: `plain`.",
    "- `finders` (deprecated): nothing is found",
  ]) {
    assert.ok(page.includes(`${text}\n`), `${text}\n---\n${page}`);
  }
});
