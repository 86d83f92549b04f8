import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ConnectionProperties, FilterChainMatcher } from "./filter-chain-matcher.js";
import type { CidrRange, FilterChainConfig, FilterChainMatch } from "./listener-config.js";

const ANY: FilterChainMatch = {
  destinationPort: null,
  prefixRanges: [],
  serverNames: [],
  transportProtocol: "",
  applicationProtocols: [],
  directSourcePrefixRanges: [],
  sourceType: "any",
  sourcePrefixRanges: [],
  sourcePorts: [],
};

function ranges(...texts: string[]): CidrRange[] {
  return texts.map((text) => {
    const [addressPrefix, length] = text.split("/") as [string, string];
    return { addressPrefix, prefixLength: Number(length) };
  });
}

function chain(name: string, match: Partial<FilterChainMatch> | null): FilterChainConfig {
  return { name, match: match === null ? null : { ...ANY, ...match }, metadata: {}, filters: [] };
}

const FALLBACK = chain("default", null);
const CONNECTION: ConnectionProperties = {
  destinationHost: "10.1.2.3",
  destinationPort: 443,
  sourceHost: "192.168.7.9",
  sourcePort: 50_000,
};

interface Chains {
  readonly [name: string]: Partial<FilterChainMatch> | null;
}

/** Chains, what differs from the connection above, and the name of the chain that takes it. */
const ROWS: readonly (readonly [string, Chains, Partial<ConnectionProperties>, string])[] = [
  ["no chain at all", {}, {}, "default"],
  ["a chain without criteria takes everything", { a: null }, {}, "a"],
  ["so does one with empty criteria", { a: {} }, {}, "a"],
  ["of equals the first", { a: {}, b: {} }, {}, "a"],
  ["destination port", { a: { destinationPort: 80 }, b: { destinationPort: 443 } }, {}, "b"],
  ["a port before none", { a: {}, b: { destinationPort: 443 } }, {}, "b"],
  ["another port", { a: { destinationPort: 80 } }, {}, "default"],
  [
    "the longest destination prefix",
    { a: { prefixRanges: ranges("10.0.0.0/8") }, b: { prefixRanges: ranges("10.1.2.0/24", "10.1.0.0/16") } },
    {},
    "b",
  ],
  [
    "the order of prefixes in a chain does not count",
    { a: { prefixRanges: ranges("10.1.2.0/24") }, b: { prefixRanges: ranges("10.0.0.0/8", "10.1.2.3/32") } },
    {},
    "b",
  ],
  ["prefix 0 is more than none", { a: {}, b: { prefixRanges: ranges("0.0.0.0/0") } }, {}, "b"],
  ["prefixes of the other family match nothing", { a: { prefixRanges: ranges("::/0") } }, {}, "default"],
  ["IPv6", { a: { prefixRanges: ranges("fd00::/8") } }, { destinationHost: "fd00::1" }, "a"],
  [
    "no way back: the port decides before the address, and the address then fails",
    { a: { destinationPort: 443, prefixRanges: ranges("11.0.0.0/8") }, b: { prefixRanges: ranges("10.0.0.0/8") } },
    {},
    "default",
  ],
  ["plaintext has no server name", { a: { serverNames: ["a.test"] }, b: {} }, {}, "b"],
  ["plaintext has no ALPN", { a: { applicationProtocols: ["h2"] } }, {}, "default"],
  ["transport protocol", { a: { transportProtocol: "tls" }, b: { transportProtocol: "raw_buffer" } }, {}, "b"],
  ["raw_buffer before none", { a: {}, b: { transportProtocol: "raw_buffer" } }, {}, "b"],
  ["direct source", { a: { directSourcePrefixRanges: ranges("192.168.0.0/16") }, b: {} }, {}, "a"],
  ["source type: external", { a: { sourceType: "sameIpOrLoopback" }, b: { sourceType: "external" } }, {}, "b"],
  [
    "source type: loopback",
    { a: { sourceType: "external" }, b: { sourceType: "sameIpOrLoopback" } },
    { sourceHost: "127.9.9.9" },
    "b",
  ],
  ["source type: same address", { a: { sourceType: "sameIpOrLoopback" } }, { sourceHost: "10.1.2.3" }, "a"],
  [
    "source address",
    { a: { sourcePrefixRanges: ranges("192.168.0.0/16") }, b: { sourcePrefixRanges: ranges("192.168.7.0/24") } },
    {},
    "b",
  ],
  ["source port", { a: { sourcePorts: [1, 50_000] }, b: {} }, {}, "a"],
  ["another source port", { a: { sourcePorts: [1] } }, {}, "default"],
  ["all criteria must hold", { a: { destinationPort: 443, sourcePorts: [1] }, b: { destinationPort: 443 } }, {}, "b"],
  [
    "a Unix domain socket has no address",
    { a: { prefixRanges: ranges("0.0.0.0/0") }, b: {} },
    { destinationHost: "", destinationPort: 0, sourceHost: "", sourcePort: 0 },
    "b",
  ],
];

describe("FilterChainMatcher", () => {
  for (const [title, chains, properties, expected] of ROWS) {
    test(`${title}: ${expected}`, () => {
      const configs = Object.entries(chains).map(([name, match]) => chain(name, match));
      const connection = { ...CONNECTION, ...properties };
      assert.equal(new FilterChainMatcher(configs, FALLBACK).match(connection)?.name, expected);
      const withoutDefault = new FilterChainMatcher(configs, null).match(connection);
      assert.equal(withoutDefault?.name, expected === "default" ? undefined : expected);
    });
  }
});
