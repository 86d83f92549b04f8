import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Protocol } from "../../stream-info/protocol.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import { contextOf, headersOf } from "./manager.test.support.js";
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
    name: "CONNECT, which has no path",
    headers: [
      [":method", "CONNECT"],
      [":path", ""],
    ],
    refusal: null,
  },
];

describe("checkRequest (BEHAVIOUR 2.2)", () => {
  for (const { name, protocol, config, headers, refusal } of CASES) {
    test(`${name}: ${refusal === null ? "may go on" : refusal.join(" ")}`, () => {
      const reply = checkRequest(headersOf(headers), protocol ?? "HTTP/1.1", contextOf({ config: config ?? {} }));
      assert.deepEqual(reply === null ? null : [reply.status, reply.details], refusal);
      if (reply !== null) assert.equal(reply.body, "");
    });
  }

  test("the default host becomes that of the request", () => {
    const headers = headersOf([[":authority", ""]]);
    checkRequest(headers, "HTTP/1.0", contextOf({ config: { acceptHttp10: true, defaultHostForHttp10: "b" } }));
    assert.equal(headers.authority, "b");
  });
});
