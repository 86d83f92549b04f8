import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import type { HeaderCaseConfig } from "../http/headers/header-case.js";
import { clusterText, configOf, MANAGER_PATH, managerText, problemsBelow } from "./config-text.test.support.js";

const PRESERVE = "t/envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig";

function options(format: string): string {
  return `http_protocol_options: { header_key_format: { ${format} } }`;
}

function stateful(type: string, fields = ""): string {
  return `stateful_formatter: { name: f, typed_config: { "@type": ${type}${fields} } }`;
}

function headerCase(format: string): HeaderCaseConfig | null {
  const [listener] = configOf(managerText(options(format))).listeners;
  const manager = listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
  return manager.headerCase;
}

test("both formats, on both sides", () => {
  assert.deepEqual(headerCase("proper_case_words: {}"), { kind: "proper" });
  assert.deepEqual(headerCase(stateful(PRESERVE)), {
    kind: "preserve",
    addedFields: "lower",
    forwardReasonPhrase: false,
  });
  const fields = ", formatter_type_on_envoy_headers: PROPER_CASE, forward_reason_phrase: true";
  assert.deepEqual(headerCase(stateful(PRESERVE, fields)), {
    kind: "preserve",
    addedFields: "proper",
    forwardReasonPhrase: true,
  });
  const [cluster] = configOf(clusterText(`type: STATIC\n${options("proper_case_words: {}")}`)).clusters;
  assert.deepEqual(cluster?.headerCase, { kind: "proper" });
});

test("another formatter is refused", () => {
  const [problem] = problemsBelow(MANAGER_PATH, managerText(options(stateful("t/google.protobuf.Empty"))));
  assert.match(problem ?? "", /error .*the formatter of header names "f" \(`google.protobuf.Empty`\) is known but not/);
});
