import assert from "node:assert/strict";
import { test } from "node:test";
import { type HostNormalizationConfig, normalizeHost } from "./host-normalization.js";
import { headersOf } from "./manager.test.support.js";

function normalized(host: string, config: Partial<HostNormalizationConfig>, method = "GET"): string {
  const headers = headersOf([
    [":authority", host],
    [":method", method],
  ]);
  normalizeHost(headers, { stripTrailingDot: false, stripPort: "none", ...config }, 8080);
  return headers.authority;
}

test("strip_matching_host_port", () => {
  const config = { stripPort: "matching" } as const;
  assert.equal(normalized("a:8080", config), "a");
  assert.equal(normalized("a:80", config), "a:80");
  assert.equal(normalized("[::1]:8080", config), "[::1]");
  assert.equal(normalized("[::8080]", config), "[::8080]");
});

test("strip_any_host_port", () => {
  const config = { stripPort: "any" } as const;
  assert.equal(normalized("a:1", config), "a");
  assert.equal(normalized("a:", config), "a:");
  assert.equal(normalized("[::1]", config), "[::1]");
  assert.equal(normalized("a", config), "a");
});

test("CONNECT needs its port", () => {
  assert.equal(normalized("a.:443", { stripPort: "any", stripTrailingDot: true }, "CONNECT"), "a:443");
});

test("strip_trailing_host_dot, before a port too", () => {
  const config = { stripTrailingDot: true };
  assert.equal(normalized("example.com.", config), "example.com");
  assert.equal(normalized("example.com.:443", config), "example.com:443");
  assert.equal(normalized("example.com", config), "example.com");
  assert.equal(normalized("example.com.:8080", { stripTrailingDot: true, stripPort: "matching" }), "example.com");
});
