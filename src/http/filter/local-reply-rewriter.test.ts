import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import type { LogFormatConfig } from "../../stream-info/access-log-config.js";
import { bareContext } from "../formatter/log-context.test.support.js";
import { HeaderMap } from "../headers/header-map.js";
import { type LocalReplyConfig, LocalReplyRewriter, type ReplyMapperConfig } from "./local-reply-rewriter.js";

interface Rewritten {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly headers: HeaderMap;
}

/** What becomes of a 503 with the body `no`. */
function rewrite(config: Partial<LocalReplyConfig>): Rewritten {
  const context = bareContext();
  const headers = new HeaderMap();
  headers.status = 503;
  context.responseHeaders = headers;
  context.streamInfo.responseCode = 503;
  context.localReplyBody = "no";
  const rewriter = new LocalReplyRewriter({ mappers: [], bodyFormat: null, ...config }, new SeededRandom(1));
  const contentType = rewriter.rewrite(headers, context);
  assert.equal(context.streamInfo.responseCode, headers.status);
  return { status: headers.status, body: context.localReplyBody, contentType, headers };
}

function mapper(status: number, change: Partial<ReplyMapperConfig>): ReplyMapperConfig {
  const filter = { kind: "statusCode", comparison: { op: "eq", value: status } } as const;
  return { filter, status: 0, body: null, bodyFormat: null, headers: [], ...change };
}

function text(format: string): LogFormatConfig {
  return { kind: "text", text: format, json: null, omitEmptyValues: false };
}

test("the first mapper that matches counts, and only it", () => {
  const mappers = [mapper(404, { status: 400 }), mapper(503, { status: 429 }), mapper(429, { status: 500 })];
  assert.equal(rewrite({ mappers }).status, 429);
  assert.equal(rewrite({ mappers: mappers.slice(0, 1) }).status, 503);
});

test("formats see what the mapper has made of the reply", () => {
  const bodyFormat = { format: text("%RESPONSE_CODE% %RESP(:STATUS)% %LOCAL_REPLY_BODY%"), contentType: "text/html" };
  const mappers = [mapper(503, { status: 429, body: "later" })];
  const { body, contentType } = rewrite({ mappers, bodyFormat });
  assert.deepEqual([body, contentType], ["429 429 later", "text/html"]);
});

test("a mapper's format comes before that of all", () => {
  const bodyFormat = { format: text("all"), contentType: "text/plain" };
  const mappers = [mapper(503, { bodyFormat: { format: text("mine"), contentType: "text/html" } })];
  const { body, contentType } = rewrite({ mappers, bodyFormat });
  assert.deepEqual([body, contentType], ["mine", "text/html"]);
});

test("without a format a body has no type", () => {
  const { body, contentType } = rewrite({ mappers: [mapper(503, { body: "later" })] });
  assert.deepEqual([body, contentType], ["later", ""]);
});

test("headers are added, with the status that came in", () => {
  const rule = { name: "x-was", value: "%RESPONSE_CODE%", action: "append", keepEmptyValue: false } as const;
  const { headers } = rewrite({ mappers: [mapper(503, { status: 429, headers: [rule] })] });
  assert.equal(headers.get("x-was"), "503");
});
