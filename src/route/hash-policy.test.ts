import assert from "node:assert/strict";
import { test } from "node:test";
import { Hash64 } from "../common/hash64.js";
import { xxHash64 } from "../common/xx-hash64.js";
import { HeaderMap } from "../http/headers/header-map.js";
import { StreamInfo } from "../stream-info/stream-info.js";
import { HashPolicy } from "./hash-policy.js";
import type { HashPolicyConfig, HashSourceConfig } from "./hash-policy-config.js";

interface Asked {
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly remote?: string;
  readonly state?: readonly (readonly [string, string])[];
}

/** The hash in hexadecimal, null for none, and the cookies that the client gets. */
function hashed(policies: readonly HashPolicyConfig[], asked: Asked = {}): [string | null, string[]] {
  const headers = new HeaderMap();
  headers.path = asked.path ?? "/";
  headers.authority = "a.example";
  for (const [name, value] of asked.headers ?? []) headers.add(name, value);
  const streamInfo = new StreamInfo(1, 1, "HTTP/1.1", 0, 0);
  streamInfo.downstreamRemoteAddress = asked.remote ?? "192.0.2.1:4000";
  streamInfo.downstreamLocalAddress = "192.0.2.9:80";
  streamInfo.filterState = new Map(asked.state ?? []);
  const cookies: string[] = [];
  const hash = new HashPolicy(policies).hash({ headers, streamInfo, setCookie: (value) => cookies.push(value) });
  return [hash === null ? null : hash.toString(), cookies];
}

function of(source: HashSourceConfig, terminal = false): HashPolicyConfig {
  return { source, terminal };
}

function hashOf(text: string): Hash64 {
  const hash = new Hash64();
  xxHash64(text, hash);
  return hash;
}

const HEADER: HashSourceConfig = { kind: "header", name: "x-user", substitution: null };
const IP: HashSourceConfig = { kind: "sourceIp" };

test("a header, and nothing without it", () => {
  assert.deepEqual(hashed([of(HEADER)], { headers: [["x-user", "ann"]] }), [hashOf("ann").toString(), []]);
  assert.deepEqual(hashed([of(HEADER)]), [null, []]);
});

test("the order of repeated headers does not count, their number does", () => {
  const one = hashed([of(HEADER)], { headers: [["x-user", "a"], ["x-user", "b"]] }); // biome-ignore format: pairs
  const other = hashed([of(HEADER)], { headers: [["x-user", "b"], ["x-user", "a"]] }); // biome-ignore format: pairs
  assert.deepEqual(one, other);
  assert.notDeepEqual(one, hashed([of(HEADER)], { headers: [["x-user", "a,b"]] }));
});

test("a header after substitution; pseudo-headers, too", () => {
  const substitution = { pattern: "^(..).*", substitution: "\\1" };
  const short = of({ kind: "header", name: "x-user", substitution });
  assert.deepEqual(hashed([short], { headers: [["x-user", "anna"]] })[0], hashOf("an").toString());
  assert.deepEqual(hashed([of({ kind: "header", name: ":authority", substitution: null })])[0], hashOf("a.example").toString()); // biome-ignore format: one line
  const path = of({ kind: "header", name: ":path", substitution });
  assert.deepEqual(hashed([path], { path: "/abc" })[0], hashOf("/a").toString());
});

test("the client's address without its port", () => {
  assert.equal(hashed([of(IP)])[0], hashOf("192.0.2.1").toString());
  assert.equal(hashed([of(IP)], { remote: "[2001:db8::1]:4000" })[0], hashOf("2001:db8::1").toString());
  assert.equal(hashed([of(IP)], { remote: "/run/socket" })[0], null);
});

test("a query parameter, the first of its name, and filter state", () => {
  const query = of({ kind: "queryParameter", name: "u" });
  assert.equal(hashed([query], { path: "/?a=1&u=2&u=3" })[0], hashOf("2").toString());
  assert.equal(hashed([query], { path: "/u=2" })[0], null);
  const state = of({ kind: "filterState", key: "k" });
  assert.equal(hashed([state], { state: [["k", "v"]] })[0], hashOf("v").toString());
  assert.equal(hashed([state])[0], null);
});

const COOKIE = { kind: "cookie", name: "c", path: "", attributes: [] } as const;

test("a cookie that the client has", () => {
  const source = of({ ...COOKIE, ttlSeconds: 60 });
  for (const cookie of ["c=v", "a=b; c=v", 'c="v"', "x;c=v; c=w"]) {
    assert.deepEqual(hashed([source], { headers: [["cookie", cookie]] }), [hashOf("v").toString(), []], cookie);
  }
  assert.deepEqual(hashed([of({ ...COOKIE, ttlSeconds: null })], { headers: [["cookie", "cc=v"]] }), [null, []]);
});

test("a cookie that it gets: the same for all requests of a connection", () => {
  const made = hashOf("192.0.2.1:4000192.0.2.9:80").toString();
  assert.deepEqual(hashed([of({ ...COOKIE, ttlSeconds: 60, path: "/p", attributes: ["SameSite", "Lax", "Secure", ""] })]), [
    hashOf(made).toString(),
    [`c="${made}"; Max-Age=60; Path=/p; SameSite=Lax; Secure; HttpOnly`],
  ]); // biome-ignore format: short
  const [hash, cookies] = hashed([of({ ...COOKIE, ttlSeconds: 0 })]);
  assert.deepEqual(cookies, [`c="${made}"; HttpOnly`]);
  // The client comes back with it, and goes where it went.
  assert.equal(hashed([of({ ...COOKIE, ttlSeconds: 0 })], { headers: [["cookie", `c="${made}"`]] })[0], hash);
});

test("policies are put together in their order", () => {
  const both = { headers: [["x-user", "ann"]] as const };
  const expected = hashOf("ann");
  expected.mix(hashOf("192.0.2.1"));
  assert.equal(hashed([of(HEADER), of(IP)], both)[0], expected.toString());
  assert.notEqual(hashed([of(IP), of(HEADER)], both)[0], expected.toString());
  assert.notEqual(hashed([of(IP), of(IP)])[0], hashed([of(IP)])[0]);
});

test("behind a terminal policy that found something the rest does not count", () => {
  assert.equal(hashed([of(HEADER, true), of(IP)], { headers: [["x-user", "ann"]] })[0], hashOf("ann").toString());
  assert.equal(hashed([of(HEADER, true), of(IP)])[0], hashOf("192.0.2.1").toString());
  // Something of an earlier policy is enough.
  assert.equal(hashed([of(IP), of(HEADER, true), of(IP)])[0], hashOf("192.0.2.1").toString());
});
