import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { configOf, MANAGER_PATH, managerText, problemsBelow } from "./config-text.test.support.js";

function manager(body: string, routes = "route_config: {}"): ConnectionManagerConfig {
  const [listener] = configOf(managerText(body, { routes })).listeners;
  return listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
}

function problems(body: string): string[] {
  return problemsBelow(MANAGER_PATH, managerText(body));
}

const TYPES = "t/envoy.extensions.http.original_ip_detection";
const XFF = `{ name: x, typed_config: { "@type": ${TYPES}.xff.v3.XffConfig, xff_num_trusted_hops: 2 } }`;

function customHeader(fields: string): string {
  const type = `${TYPES}.custom_header.v3.CustomHeaderConfig`;
  return `{ name: c, typed_config: { "@type": ${type}, header_name: X-Client, ${fields} } }`;
}

test("original_ip_detection_extensions in their order", () => {
  const trusted = customHeader(
    "allow_extension_to_set_address_as_trusted: true, reject_with_status: { code: NotFound }",
  );
  assert.deepEqual(manager(`original_ip_detection_extensions: [${XFF}, ${trusted}]`).originalIpDetection, [
    { kind: "xff", trustedHops: 2, appendsPeer: false },
    { kind: "customHeader", headerName: "x-client", trusted: true, rejectStatus: 404 },
  ]);
});

test("proxies that are trusted by their addresses", () => {
  const xff = (fields: string): string =>
    `{ name: x, typed_config: { "@type": ${TYPES}.xff.v3.XffConfig, ${fields} } }`;
  const cidrs = "xff_trusted_cidrs: { cidrs: [{ address_prefix: 10.0.0.0, prefix_len: 8 }] }";
  const detection = (fields: string): unknown =>
    manager(`original_ip_detection_extensions: [${xff(fields)}]`).originalIpDetection[0];
  const proxies = [{ addressPrefix: "10.0.0.0", prefixLength: 8 }];
  assert.deepEqual(detection(cidrs), { kind: "trustedProxies", proxies, appendsPeer: false });
  assert.deepEqual(detection(`${cidrs}, skip_xff_append: false`), {
    kind: "trustedProxies",
    proxies,
    appendsPeer: true,
  });
  assert.deepEqual(detection("skip_xff_append: false"), { kind: "xff", trustedHops: 0, appendsPeer: true });
  assert.deepEqual(problems(`original_ip_detection_extensions: [${xff(`${cidrs}, xff_num_trusted_hops: 1`)}]`), [
    "10:245 error original_ip_detection_extensions[0].typed_config.xff_num_trusted_hops: cannot be used together with `xff_trusted_cidrs` -> say how many proxies there are, or which",
  ]);
});

test("a status that refuses nothing becomes a 403", () => {
  const plain = customHeader("reject_with_status: { code: OK }");
  const [detection] = manager(`original_ip_detection_extensions: [${plain}]`).originalIpDetection;
  assert.deepEqual(detection, { kind: "customHeader", headerName: "x-client", trusted: false, rejectStatus: 403 });
});

test("faults of original_ip_detection_extensions", () => {
  assert.deepEqual(problems(`use_remote_address: true\noriginal_ip_detection_extensions: [${XFF}]`), [
    "11:45 error original_ip_detection_extensions: cannot be used together with `use_remote_address`, which takes the connection's peer for the client",
  ]);
  assert.deepEqual(problems(`xff_num_trusted_hops: 1\noriginal_ip_detection_extensions: [${XFF}]`), [
    "11:45 error original_ip_detection_extensions: cannot be used together with `xff_num_trusted_hops` -> set `xff_num_trusted_hops` of envoy.http.original_ip_detection.xff",
  ]);
});

test("forward_client_cert_matcher", () => {
  const hcm = "t/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
  const action = `{ name: a, typed_config: { "@type": ${hcm}.ForwardClientCertConfig, forward_client_cert_details: SANITIZE_SET } }`;
  const input = `{ name: i, typed_config: { "@type": t/envoy.type.matcher.v3.HttpRequestHeaderMatchInput, header_name: X-From } }`;
  const matcher = `{ matcher_tree: { input: ${input}, exact_match_map: { map: { mesh: { action: ${action} } } } } }`;
  assert.deepEqual(manager(`forward_client_cert_matcher: ${matcher}`).clientCertMatcher, {
    branches: {
      kind: "exactMap",
      input: { kind: "header", name: "x-from" },
      entries: [{ key: "mesh", onMatch: { kind: "action", action: "sanitizeSet" } }],
    },
    onNoMatch: null,
  });
});

test("internal_only_headers in lower case", () => {
  const routes = "route_config: { internal_only_headers: [X-Debug] }";
  assert.deepEqual(manager("", routes).internalOnlyHeaders, ["x-debug"]);
});

const UUID = "t/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig";

test("request ids", () => {
  const fields = `request_id_extension: { typed_config: { "@type": ${UUID}, pack_trace_reason: false } }`;
  assert.deepEqual(manager(`${fields}\npreserve_external_request_id: true`).requestId, {
    preserveExternal: true,
    packTraceReason: false,
  });
  assert.equal(manager(`${fields}\ngenerate_request_id: false`).requestId, null);
  assert.deepEqual(problems('request_id_extension: { typed_config: { "@type": t/google.protobuf.Empty } }'), [
    "10:49 error request_id_extension.typed_config: the request ids of `google.protobuf.Empty` are known but not implemented by Sluice yet -> implemented: envoy.request_id.uuid",
  ]);
});

test("override_stream_error_on_invalid_http_message has the last word", () => {
  const over = "http_protocol_options: { override_stream_error_on_invalid_http_message: false }";
  assert.equal(manager(`stream_error_on_invalid_http_message: true\n${over}`).streamErrorOnInvalidMessage, false);
});

test("matching the upstream's scheme means nothing without TLS", () => {
  assert.deepEqual(problems("scheme_header_transformation: { match_upstream: true }"), [
    "10:43 warning scheme_header_transformation.match_upstream: `match_upstream` is known but not implemented by Sluice yet; it has no effect",
  ]);
});
