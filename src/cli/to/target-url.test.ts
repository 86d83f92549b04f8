import assert from "node:assert/strict";
import { test } from "node:test";
import { parseListen, parseTarget, type Target } from "./target-url.js";

test("URLs with what may be left out", () => {
  const cases: readonly (readonly [string, Target])[] = [
    ["http://localhost:3000", { host: "localhost", port: 3000, authority: "localhost:3000", pathPrefix: "" }],
    ["localhost:3000", { host: "localhost", port: 3000, authority: "localhost:3000", pathPrefix: "" }],
    ["example.com", { host: "example.com", port: 80, authority: "example.com", pathPrefix: "" }],
    ["http://example.com:80/", { host: "example.com", port: 80, authority: "example.com", pathPrefix: "" }],
    ["HTTP://Example.com", { host: "example.com", port: 80, authority: "example.com", pathPrefix: "" }],
    ["http://10.0.0.1/api/", { host: "10.0.0.1", port: 80, authority: "10.0.0.1", pathPrefix: "/api" }],
    ["http://10.0.0.1/a%20b/c", { host: "10.0.0.1", port: 80, authority: "10.0.0.1", pathPrefix: "/a%20b/c" }],
    ["http://[::1]:8080", { host: "::1", port: 8080, authority: "[::1]:8080", pathPrefix: "" }],
    ["[2001:db8::1]", { host: "2001:db8::1", port: 80, authority: "[2001:db8::1]", pathPrefix: "" }],
  ];
  for (const [text, target] of cases) assert.deepEqual(parseTarget(text), target, text);
});

test("what is no URL says what to write instead", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["3000", /is a port and no URL: write http:\/\/127\.0\.0\.1:3000$/],
    [":3000", /is a port and no URL: write http:\/\/127\.0\.0\.1:3000$/],
    ["https://a:1/x", /TLS to upstream hosts is not implemented by Sluice yet; http:\/\/a:1\/x if/],
    ["WSS://a", /TLS to upstream hosts/],
    ["ws://a/x", /WebSockets begin as HTTP requests: write http:\/\/a\/x$/],
    ["ftp://a", /a URL begins with http:\/\/, not ftp:\/\/$/],
    ["http:/a", /write http:\/\/a$/],
    ["http:a", /write http:\/\/a$/],
    ["", /names no host/],
    ["http://", /names no host: write http:\/\/HOST:PORT$/],
    ["http://:80", /names no host/],
    ["http://::1", /an IPv6 address stands in brackets: http:\/\/\[::1\]:PORT$/],
    ["::1", /an IPv6 address stands in brackets/],
    ["a:http", /the port is a number from 1 to 65535, not 'http'$/],
    ["a:70000", /the port is a number from 1 to 65535, not '70000'$/],
    ["a:0", /the port is a number from 1 to 65535, not '0'$/],
    ["http://999.1.1.1", /is not a URL: write http:\/\/HOST:PORT$/],
    ["http://me:secret@a", /leave out what stands before the @$/],
    ["http://a/?x=1", /leave out what stands after the path$/],
    ["http://a/#x", /leave out what stands after the path$/],
    ["http://a/b c", /has a blank, a backslash or a control character in it/],
    ["http:\\\\a", /a backslash/],
  ];
  for (const [text, message] of cases) assert.throws(() => parseTarget(text), { name: "UsageError", message }, text);
});

test("addresses to listen on", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["8080", "127.0.0.1", 8080],
    ["0", "127.0.0.1", 0],
    ["0.0.0.0:8080", "0.0.0.0", 8080],
    ["localhost:8080", "127.0.0.1", 8080],
    ["[::]:8080", "::", 8080],
  ];
  for (const [text, address, port] of cases) assert.deepEqual(parseListen("listen", text), { address, port }, text);
});

test("what cannot be listened on", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /^--listen is a port, or address:port, not ''$/],
    ["http", /^--listen is a port, or address:port, not 'http'$/],
    ["65536", /^--listen is a port/],
    ["host:", /^--listen is a port/],
    [":80", /^--listen ':80': '' is not an address of this machine/],
    ["example.com:80", /'example\.com' is not an address of this machine; write 127\.0\.0\.1, 0\.0\.0\.0 for all/],
    ["::1:80", /is not an address of this machine/],
    ["[127.0.0.1]:80", /is not an address of this machine/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseListen("listen", text), { name: "UsageError", message }, text);
  }
});
