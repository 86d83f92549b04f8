import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { configOf, MANAGER_PATH, managerText, problemsBelow } from "./config-text.test.support.js";

function optionsOf(body: string): readonly [boolean, number] {
  const [listener] = configOf(managerText(body)).listeners;
  const manager = listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
  return [manager.flushAccessLogOnNewRequest, manager.accessLogFlushIntervalMs];
}

test("in the message of today, or in the fields of before", () => {
  const today = "access_log_options: { flush_access_log_on_new_request: true, access_log_flush_interval: 0.5s }";
  assert.deepEqual(optionsOf(today), [true, 500]);
  const before = "flush_access_log_on_new_request: true\naccess_log_flush_interval: 2s";
  assert.deepEqual(optionsOf(before), [true, 2_000]);
});

test("faults", () => {
  const both = "access_log_options: { flush_access_log_on_new_request: true }\naccess_log_flush_interval: 2s";
  const [first] = problemsBelow(MANAGER_PATH, managerText(both)).filter((line) => line.includes("error"));
  assert.equal(
    first,
    "11:38 error access_log_flush_interval: is the older form of what `access_log_options` says -> set it there alone",
  );
  const short = "access_log_options: { access_log_flush_interval: 0.0001s }";
  assert.match(problemsBelow(MANAGER_PATH, managerText(short))[0] ?? "", /must be at least/);
});
