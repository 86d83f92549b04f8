import assert from "node:assert/strict";
import { test } from "node:test";
import { isForbiddenTrailer } from "./trailer-field.js";

test("what a message is, where it goes and who sent it cannot come afterwards (RFC 9110 6.5.1)", () => {
  const groups = {
    framing: ["content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade"],
    routing: ["host", "forwarded", "x-forwarded-for", "x-forwarded-host", "via", "x-envoy-retry-on"],
    modifiers: ["expect", "if-none-match", "range", "cache-control"],
    authentication: ["authorization", "cookie", "set-cookie", "proxy-authorization", "www-authenticate"],
    control: ["location", "date", "vary", "age"],
    content: ["content-type", "content-encoding", "content-range"],
  };
  for (const name of Object.values(groups).flat()) assert.ok(isForbiddenTrailer(name), name);
});

test("what is known only at the end may", () => {
  for (const name of ["grpc-status", "grpc-message", "server-timing", "etag", "digest", "x-sum", "x-forwarded"]) {
    assert.ok(!isForbiddenTrailer(name), name);
  }
});
