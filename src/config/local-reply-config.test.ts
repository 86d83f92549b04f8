import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { configOf, MANAGER_PATH, managerText, problemsBelow } from "./config-text.test.support.js";

function localReplies(config: string): ConnectionManagerConfig["localReplies"] {
  const [listener] = configOf(managerText(`local_reply_config: ${config}`)).listeners;
  const manager = listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
  return manager.localReplies;
}

const FILTER = "filter: { response_flag_filter: { flags: [NR] } }";

test("nothing to rewrite", () => {
  assert.equal(localReplies("{}"), null);
});

test("mappers", () => {
  const mapper = `{ ${FILTER}, status_code: 410, body: { inline_string: "gr\u00f6\u00dfer" }, body_format_override: { text_format_source: { inline_string: "%LOCAL_REPLY_BODY%!" }, content_type: text/html }, headers_to_add: [{ header: { key: x, value: y } }] }`;
  assert.deepEqual(localReplies(`{ mappers: [${mapper}, { ${FILTER} }] }`), {
    mappers: [
      {
        filter: { kind: "responseFlag", flags: ["NR"] },
        status: 410,
        body: "gr\u00c3\u00b6\u00c3\u009fer",
        bodyFormat: {
          format: { kind: "text", text: "%LOCAL_REPLY_BODY%!", json: null, omitEmptyValues: false },
          contentType: "text/html",
        },
        headers: [{ name: "x", value: "y", action: "append", keepEmptyValue: false }],
      },
      { filter: { kind: "responseFlag", flags: ["NR"] }, status: 0, body: null, bodyFormat: null, headers: [] },
    ],
    bodyFormat: null,
  });
});

test("the format of all bodies, with the type that belongs to it", () => {
  const json = localReplies('{ body_format: { json_format: { a: "%RESPONSE_CODE%" } } }');
  assert.equal(json?.bodyFormat?.contentType, "application/json");
  const text = localReplies('{ body_format: { text_format: "x" } }');
  assert.equal(text?.bodyFormat?.contentType, "text/plain");
});

test("faults", () => {
  assert.deepEqual(
    problemsBelow(MANAGER_PATH, managerText(`local_reply_config: { mappers: [{ ${FILTER}, status_code: 600 }] }`)),
    ["10:109 error local_reply_config.mappers[0].status_code: must be at least 200 and less than 600"],
  );
});
