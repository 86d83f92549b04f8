import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import type { HeaderRuleConfig } from "../http/formatter/header-rule.js";
import { configOf, MANAGER_PATH, managerText, problemsBelow } from "./config-text.test.support.js";

/** The rule begins in column 100. */
function text(rule: string): string {
  return managerText(
    `local_reply_config: { mappers: [{ filter: { not_health_check_filter: {} }, headers_to_add: [{ ${rule} }] }] }`,
  );
}

function ruleOf(rule: string): HeaderRuleConfig | undefined {
  const [listener] = configOf(text(rule)).listeners;
  const config = listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
  return config.localReplies?.mappers[0]?.headers[0];
}

function problems(rule: string): string[] {
  const path = "local_reply_config.mappers[0].headers_to_add[0]";
  return problemsBelow(MANAGER_PATH, text(rule)).map((line) => line.replace(path, "RULE"));
}

const HEADER = "header: { key: X-A, value: b }";

test("every action", () => {
  const plain = { name: "x-a", value: "b", action: "append", keepEmptyValue: false };
  assert.deepEqual(ruleOf(HEADER), plain);
  for (const [fields, action] of [
    ["append_action: ADD_IF_ABSENT", "addIfAbsent"],
    ["append_action: OVERWRITE_IF_EXISTS_OR_ADD", "overwriteOrAdd"],
    ["append_action: OVERWRITE_IF_EXISTS", "overwriteIfExists"],
    ["append: true", "append"],
    ["append: false", "overwriteOrAdd"],
  ] as const) {
    assert.equal(ruleOf(`${HEADER}, ${fields}`)?.action, action, fields);
  }
  assert.equal(ruleOf(`${HEADER}, keep_empty_value: true`)?.keepEmptyValue, true);
  assert.equal(ruleOf("header: { key: x, raw_value: Yg== }")?.value, "b");
});

test("faults", () => {
  assert.deepEqual(problems("header: { key: ':path', value: /x }"), [
    "10:120 error RULE.header.key: `:path` cannot be set here: it is what the message is, not a field of it -> see the rewrites of the route",
  ]);
  assert.deepEqual(problems("header: { key: Host, value: x }")[0]?.includes("`Host` cannot be set here"), true);
  assert.deepEqual(problems(`${HEADER}, append: false, append_action: ADD_IF_ABSENT`), [
    "10:145 error RULE.append: excludes `append_action`, which says more -> leave `append` out",
  ]);
  assert.deepEqual(problems('header: { key: x, value: "%NOPE%" }'), [
    "10:130 error RULE.header.value: unknown operator %NOPE% (at offset 0)",
  ]);
});
