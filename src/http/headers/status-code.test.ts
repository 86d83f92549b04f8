import assert from "node:assert/strict";
import { test } from "node:test";
import { http1StatusLine, isBodylessStatus, isInformational, reasonPhrase } from "./status-code.js";

test("status lines have the registered reason, or an empty one (RFC 9112 4)", () => {
  assert.equal(http1StatusLine(200), "HTTP/1.1 200 OK\r\n");
  assert.equal(http1StatusLine(418), "HTTP/1.1 418 \r\n");
  assert.equal(http1StatusLine(999), "HTTP/1.1 999 \r\n");
  assert.equal(reasonPhrase(503), "Service Unavailable");
  assert.equal(reasonPhrase(599), "");
  assert.equal(reasonPhrase(1000), "");
});

test("1xx, 204 and 304 never have a body (RFC 9112 6.3)", () => {
  const bodyless = Array.from({ length: 900 }, (_, i) => i + 100).filter(isBodylessStatus);
  assert.deepEqual(
    bodyless.filter((status) => status >= 200),
    [204, 304],
  );
  assert.ok(isBodylessStatus(100) && isBodylessStatus(199));
  assert.ok(isInformational(103) && !isInformational(200));
});
