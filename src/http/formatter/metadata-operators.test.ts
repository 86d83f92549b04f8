import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogFormatConfig } from "../../stream-info/access-log-config.js";
import { DynamicMetadata } from "../../stream-info/dynamic-metadata.js";
import { FormatError } from "./format-error.js";
import { bareContext, type TestContext } from "./log-context.test.support.js";
import { compileFormat } from "./substitution-format.js";

function context(): TestContext {
  const made = bareContext();
  made.streamInfo.dynamicMetadata = new DynamicMetadata();
  made.streamInfo.dynamicMetadata.set("f", "text", "gr\u00f6\u00dfer");
  made.streamInfo.dynamicMetadata.set("f", "struct", { n: 1, list: ["a", true] });
  made.streamInfo.filterState = new Map([["key", 'a"b']]);
  return made;
}

function text(format: string, from = context()): string {
  const config: LogFormatConfig = { kind: "text", text: format, json: null, omitEmptyValues: false };
  return Buffer.from(compileFormat(config).formatText(from), "latin1").toString();
}

test("%DYNAMIC_METADATA%: texts as they are, everything else as JSON", () => {
  assert.equal(text("%DYNAMIC_METADATA(f:text)%"), "gr\u00f6\u00dfer");
  assert.equal(text("%DYNAMIC_METADATA(f:struct:n)%"), "1");
  assert.equal(text("%DYNAMIC_METADATA(f:struct)%"), '{"list":["a",true],"n":1}');
  assert.equal(text("%DYNAMIC_METADATA(f)%"), '{"struct":{"list":["a",true],"n":1},"text":"gr\u00f6\u00dfer"}');
  // Only plain values are cut.
  assert.equal(text("%DYNAMIC_METADATA(f:struct):5%"), '{"list":["a",true],"n":1}');
  assert.equal(text("%DYNAMIC_METADATA(f:text):2%"), "gr");
  assert.equal(text("%DYNAMIC_METADATA(f:none)% %DYNAMIC_METADATA(g)%"), "- -");
  assert.equal(text("%DYNAMIC_METADATA(f:text)%", bareContext()), "-");
});

test("%DYNAMIC_METADATA% in JSON keeps its type", () => {
  const json = { text: "%DYNAMIC_METADATA(f:text)%", n: "%DYNAMIC_METADATA(f:struct:n)%", no: "%DYNAMIC_METADATA(x)%" };
  const line = compileFormat({ kind: "json", text: "", json, omitEmptyValues: false }).formatText(context());
  assert.deepEqual(JSON.parse(Buffer.from(line, "latin1").toString()), { text: "gr\u00f6\u00dfer", n: 1, no: null });
});

test("%FILTER_STATE%", () => {
  assert.equal(text("%FILTER_STATE(key:PLAIN)%"), 'a"b');
  assert.equal(text("%FILTER_STATE(key)% %FILTER_STATE(key:TYPED):2%"), '"a\\"b" "a');
  assert.equal(text("%FILTER_STATE(other)%"), "-");
});

test("what is missing", () => {
  for (const format of [
    "%DYNAMIC_METADATA(:a)%",
    "%FILTER_STATE(:PLAIN)%",
    "%FILTER_STATE(a:FIELD)%",
    "%METADATA(HOST:a)%",
    "%METADATA(ROUTE)%",
  ]) {
    assert.throws(() => text(format), FormatError, format);
  }
});

test("%FILTER_STATE% in JSON is a text in quotes, whatever the form", () => {
  const json = { typed: "%FILTER_STATE(key)%", plain: "%FILTER_STATE(key:PLAIN):2%", no: "%FILTER_STATE(x)%" };
  const line = compileFormat({ kind: "json", text: "", json, omitEmptyValues: false }).formatText(context());
  assert.deepEqual(JSON.parse(line), { typed: 'a"b', plain: 'a"', no: null });
});
