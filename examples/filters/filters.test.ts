import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecoderFilterCallbacks, LocalReply } from "../../src/http/filter/filter.js";
import { HeaderMap } from "../../src/http/headers/header-map.js";
import { ApiKeyFilter } from "./api-key-filter.js";
import { ContentDigestFilter } from "./content-digest-filter.js";

function apiKeyFilter(): { filter: ApiKeyFilter; replies: LocalReply[] } {
  const replies: LocalReply[] = [];
  const filter = new ApiKeyFilter(new Map([["k1", "ada"]]));
  const callbacks: Pick<DecoderFilterCallbacks, "sendLocalReply"> = {
    sendLocalReply: (reply) => void replies.push(reply),
  };
  filter.setDecoderFilterCallbacks(callbacks as DecoderFilterCallbacks);
  return { filter, replies };
}

test("a known key goes on under its owner's name", () => {
  const { filter, replies } = apiKeyFilter();
  const headers = new HeaderMap();
  headers.add("x-api-key", "k1");
  assert.equal(filter.decodeHeaders(headers, true), "continue");
  assert.equal(headers.get("x-api-owner"), "ada");
  assert.equal(headers.has("x-api-key"), false);
  assert.deepEqual(replies, []);
});

test("an unknown key is answered and goes no further", () => {
  const { filter, replies } = apiKeyFilter();
  assert.equal(filter.decodeHeaders(new HeaderMap(), true), "stopIteration");
  assert.equal(replies[0]?.status, 401);
});

test("the digest stands in the head before the head goes on", () => {
  const filter = new ContentDigestFilter();
  const headers = new HeaderMap();
  assert.equal(filter.decodeHeaders(headers, false), "stopIteration");
  assert.equal(filter.decodeData(Buffer.from("hel"), false), "stopIterationAndBuffer");
  assert.equal(filter.decodeData(Buffer.from("lo"), true), "continue");
  assert.equal(headers.get("content-digest"), "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:");
});
