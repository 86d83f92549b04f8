import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAbsoluteUrl } from "./absolute-url.js";

test("absolute URLs of HTTP", () => {
  const cases: readonly (readonly [url: string, scheme: string, authority: string, path: string])[] = [
    ["http://a", "http", "a", "/"],
    ["HTTPS://a.b:8443/c?d#e", "https", "a.b:8443", "/c?d"],
    ["http://a?b", "http", "a", "/?b"],
    ["http://a#b", "http", "a", "/"],
    ["http://[::1]:80/x", "http", "[::1]:80", "/x"],
  ];
  for (const [url, scheme, authority, path] of cases) {
    assert.deepEqual(parseAbsoluteUrl(url), { scheme, authority, path }, url);
  }
});

test("what is none", () => {
  for (const url of [
    "",
    "/a",
    "//a/b",
    "a/b",
    "ftp://a/b",
    "http:///b",
    "http://u@a/",
    "http://a/b c",
    "http://a\\b/",
  ]) {
    assert.equal(parseAbsoluteUrl(url), null, url);
  }
});
