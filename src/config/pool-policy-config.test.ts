import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterOf, clusterProblems } from "./config-text.test.support.js";

test("our own end of connections, one address for each family", () => {
  const v6 = "address: { address: 2001:db8::2, port_value: 0 }";
  const sources = (fields: string) => clusterOf(`upstream_bind_config: { ${fields} }`).poolPolicy.connect.sources;
  const hosts = (fields: string) =>
    sources(`source_address: { address: 127.0.0.2, port_value: 0 }, ${fields}`).map(({ host }) => host);
  assert.deepEqual(hosts(`extra_source_addresses: [{ ${v6} }]`), ["127.0.0.2", "2001:db8::2"]);
  assert.deepEqual(hosts("additional_source_addresses: [{ address: 2001:db8::2, port_value: 0 }]"), [
    "127.0.0.2",
    "2001:db8::2",
  ]);
  const v4 = "address: { address: 127.0.0.3, port_value: 0 }";
  assert.deepEqual(clusterProblems(`upstream_bind_config: { extra_source_addresses: [{ ${v4} }] }`), [
    "4:53 error upstream_bind_config.extra_source_addresses: needs a `source_address` that it adds to",
  ]);
  assert.deepEqual(
    clusterProblems(
      `upstream_bind_config: { source_address: { address: 127.0.0.2, port_value: 0 }, extra_source_addresses: [{ ${v4} }] }`,
    ),
    ["4:108 error upstream_bind_config.extra_source_addresses: one address is for IPv4 and one for IPv6, as in Envoy"],
  );
});
