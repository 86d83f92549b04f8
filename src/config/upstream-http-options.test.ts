import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterOf, clusterProblems, exceptDeprecations } from "./config-text.test.support.js";

const OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

test("typed options for HTTP/2 and for other protocols", () => {
  const options = (key: string, body: string) =>
    `typed_extension_protocol_options:\n  ${key}:\n    "@type": t/${OPTIONS}\n    ${body}`;
  const at = `typed_extension_protocol_options["${OPTIONS}"]`;
  assert.deepEqual(clusterProblems(options(OPTIONS, "explicit_http_config: { http2_protocol_options: {} }")), [
    `7:57 error ${at}.explicit_http_config.http2_protocol_options: HTTP/2 to upstream hosts is known but not implemented by Sluice yet`,
  ]);
  assert.deepEqual(clusterProblems(options(OPTIONS, "auto_config: {}")), [
    `7:22 error ${at}.auto_config: choosing the protocol for upstream hosts is known but not implemented by Sluice yet`,
  ]);
  assert.deepEqual(clusterProblems(options("x", "explicit_http_config: { http_protocol_options: {} }")), [
    `6:9 error typed_extension_protocol_options["x"]: the key of ${OPTIONS} is its name, not "x"`,
  ]);
});

test("the client's protocol is HTTP/1.1, so hosts are spoken to in it", () => {
  const useDownstream = `typed_extension_protocol_options:
  ${OPTIONS}:
    "@type": t/${OPTIONS}
    common_http_protocol_options: { idle_timeout: 7s }
    use_downstream_protocol_config:
      http_protocol_options: { enable_trailers: true }
      http2_protocol_options: { max_concurrent_streams: 100 }`;
  const { enableTrailers, idleTimeoutMs } = clusterOf(useDownstream);
  assert.deepEqual([enableTrailers, idleTimeoutMs], [true, 7_000]);
  assert.deepEqual(clusterProblems(useDownstream), [
    `10:11 warning typed_extension_protocol_options["${OPTIONS}"].use_downstream_protocol_config.http2_protocol_options: ` +
      "`http2_protocol_options` is known but not implemented by Sluice yet: requests come in HTTP/1.1 and leave in it",
  ]);
  const older = "protocol_selection: USE_DOWNSTREAM_PROTOCOL\nhttp2_protocol_options: {}";
  assert.deepEqual(exceptDeprecations(clusterProblems(older)), [
    "5:29 warning http2_protocol_options: has no effect: requests come in HTTP/1.1 and leave in it",
  ]);
});
