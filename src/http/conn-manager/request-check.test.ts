import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Protocol } from "../../stream-info/protocol.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import { ContextParts, contextOf, headersOf } from "./manager.test.support.js";
import { checkRequest } from "./request-check.js";

interface Case {
  readonly name: string;
  readonly protocol?: Protocol;
  readonly config?: Partial<ConnectionManagerConfig>;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Status and details of the refusal; null where the request may go on. */
  readonly refusal: readonly [status: number, details: string] | null;
}

const CASES: readonly Case[] = [
  { name: "an ordinary request", headers: [], refusal: null },
  { name: "HTTP/1.0 where it is not accepted", protocol: "HTTP/1.0", headers: [], refusal: [426, "low_version"] },
  {
    name: "HTTP/1.0 where it is accepted",
    protocol: "HTTP/1.0",
    config: { acceptHttp10: true },
    headers: [],
    refusal: null,
  },
  {
    name: "HTTP/1.0 without host",
    protocol: "HTTP/1.0",
    config: { acceptHttp10: true },
    headers: [[":authority", ""]],
    refusal: [400, "missing_host_header"],
  },
  {
    name: "HTTP/1.0 without host, for which there is a default",
    protocol: "HTTP/1.0",
    config: { acceptHttp10: true, defaultHostForHttp10: "b" },
    headers: [[":authority", ""]],
    refusal: null,
  },
  {
    name: "HTTP/1.1 without host, for which the default of HTTP/1.0 is none",
    config: { defaultHostForHttp10: "b" },
    headers: [[":authority", ""]],
    refusal: [400, "missing_host_header"],
  },
  {
    name: "the version is refused before the host",
    protocol: "HTTP/1.0",
    headers: [[":authority", ""]],
    refusal: [426, "low_version"],
  },
  {
    name: "the host is refused before the path",
    headers: [
      [":authority", ""],
      [":path", ""],
    ],
    refusal: [400, "missing_host_header"],
  },
  { name: "no path", headers: [[":path", ""]], refusal: [404, "missing_path_rejected"] },
  { name: "a path without slash", headers: [[":path", "a/b"]], refusal: [404, "absolute_path_rejected"] },
  {
    name: "the slash is asked for before the fragment",
    headers: [[":path", "a#b"]],
    refusal: [404, "absolute_path_rejected"],
  },
  { name: "a fragment", headers: [[":path", "/a#b"]], refusal: [400, "path_normalization_failed"] },
  {
    name: "OPTIONS of the server itself",
    headers: [
      [":method", "OPTIONS"],
      [":path", "*"],
    ],
    refusal: null,
  },
  {
    name: "an escaped slash that is refused",
    config: { pathNormalization: { escapedSlashes: "reject", normalize: false, mergeSlashes: false } },
    headers: [[":path", "/a%5Cb"]],
    refusal: [400, "path_normalization_failed"],
  },
  {
    name: "an escaped slash in a query, which is none of the path",
    config: { pathNormalization: { escapedSlashes: "reject", normalize: false, mergeSlashes: false } },
    headers: [[":path", "/a?b=%2f"]],
    refusal: null,
  },
  {
    name: "an encoded NUL",
    config: { pathNormalization: { escapedSlashes: "keep", normalize: true, mergeSlashes: false } },
    headers: [[":path", "/a%00"]],
    refusal: [400, "path_normalization_failed"],
  },
  {
    name: "CONNECT, which has no path",
    headers: [
      [":method", "CONNECT"],
      [":path", ""],
    ],
    refusal: null,
  },
];

describe("checkRequest", () => {
  for (const { name, protocol, config, headers, refusal } of CASES) {
    test(`${name}: ${refusal === null ? "may go on" : refusal.join(" ")}`, () => {
      const reply = checkRequest(headersOf(headers), protocol ?? "HTTP/1.1", contextOf({ config: config ?? {} }), 80);
      assert.deepEqual(reply === null ? null : [reply.status, reply.details], refusal);
      if (reply !== null) assert.equal(reply.body, "");
    });
  }

  test("the default host becomes that of the request", () => {
    const headers = headersOf([[":authority", ""]]);
    checkRequest(headers, "HTTP/1.0", contextOf({ config: { acceptHttp10: true, defaultHostForHttp10: "b" } }), 80);
    assert.equal(headers.authority, "b");
  });

  test("a path that changes through its escaped slashes is redirected, never to another host", () => {
    const pathNormalization = { escapedSlashes: "unescapeAndRedirect", normalize: true, mergeSlashes: false } as const;
    const locations: readonly (readonly [path: string, location: string])[] = [
      ["/a%2fb?c=%2f", "/a/b?c=%2f"],
      ["/a%2f..%2Fb", "/b"],
      ["/%2fevil.example/", "/.//evil.example/"],
      ["/%5cevil.example/", "/.//evil.example/"],
    ];
    for (const [path, location] of locations) {
      const parts = new ContextParts();
      const reply = checkRequest(
        headersOf([[":path", path]]),
        "HTTP/1.1",
        contextOf({ config: { pathNormalization } }, parts),
        80,
      );
      assert.deepEqual([reply?.status, reply?.headers], [307, ["location", location]], path);
      assert.equal(parts.stats.value("http.in.downstream_rq_redirected_with_normalized_path"), 1);
    }
  });

  test("gRPC clients follow no redirect", () => {
    const pathNormalization = { escapedSlashes: "unescapeAndRedirect", normalize: false, mergeSlashes: false } as const;
    const parts = new ContextParts();
    const headers = headersOf([
      [":path", "/a%2fb"],
      ["content-type", "application/grpc"],
    ]);
    const reply = checkRequest(headers, "HTTP/1.1", contextOf({ config: { pathNormalization } }, parts), 80);
    assert.equal(reply?.status, 400);
    assert.equal(parts.stats.value("http.in.downstream_rq_failed_path_normalization"), 1);
  });

  test("escapes, then segments, then slashes: the path that goes on", () => {
    const pathNormalization = { escapedSlashes: "unescapeAndForward", normalize: true, mergeSlashes: true } as const;
    const headers = headersOf([[":path", "/a%2F%2e%2e%2f/b//c?d=//"]]);
    assert.equal(checkRequest(headers, "HTTP/1.1", contextOf({ config: { pathNormalization } }), 80), null);
    assert.equal(headers.path, "/b/c?d=//");
  });

  test("the host loses what is configured", () => {
    const hostNormalization = { stripTrailingDot: true, stripPort: "matching" } as const;
    const headers = headersOf([[":authority", "a.:80"]]);
    assert.equal(checkRequest(headers, "HTTP/1.1", contextOf({ config: { hostNormalization } }), 80), null);
    assert.equal(headers.authority, "a");
  });
});
