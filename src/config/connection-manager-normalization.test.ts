import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { configOf, MANAGER_PATH, managerText, problemsBelow } from "./config-text.test.support.js";

function manager(body: string): ConnectionManagerConfig {
  const [listener] = configOf(managerText(body)).listeners;
  return listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
}

test("paths stay as they come unless something is set", () => {
  for (const body of ["", "normalize_path: false", "path_with_escaped_slashes_action: KEEP_UNCHANGED"]) {
    assert.equal(manager(body).pathNormalization, null, body);
  }
});

test("what is done to paths", () => {
  assert.deepEqual(manager("normalize_path: true").pathNormalization, {
    escapedSlashes: "keep",
    normalize: true,
    mergeSlashes: false,
  });
  assert.equal(manager("merge_slashes: true").pathNormalization?.mergeSlashes, true);
  const actions = [
    ["REJECT_REQUEST", "reject"],
    ["UNESCAPE_AND_REDIRECT", "unescapeAndRedirect"],
    ["UNESCAPE_AND_FORWARD", "unescapeAndForward"],
  ] as const;
  for (const [action, expected] of actions) {
    const config = manager(`path_with_escaped_slashes_action: ${action}`);
    assert.equal(config.pathNormalization?.escapedSlashes, expected);
  }
});

test("what is done to hosts", () => {
  assert.equal(manager("strip_any_host_port: false").hostNormalization, null);
  assert.deepEqual(manager("strip_matching_host_port: true").hostNormalization, {
    stripTrailingDot: false,
    stripPort: "matching",
  });
  assert.equal(manager("strip_any_host_port: true").hostNormalization?.stripPort, "any");
  assert.deepEqual(manager("strip_trailing_host_dot: true").hostNormalization, {
    stripTrailingDot: true,
    stripPort: "none",
  });
});

test("faults", () => {
  assert.deepEqual(
    problemsBelow(MANAGER_PATH, managerText("strip_matching_host_port: true\nstrip_any_host_port: true")),
    [
      "10:37 error strip_matching_host_port: excludes `strip_any_host_port`, which takes every port off -> set one of the two",
    ],
  );
});
