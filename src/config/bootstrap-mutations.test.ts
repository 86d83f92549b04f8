import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { loadBootstrap } from "./bootstrap.js";
import { ConfigError } from "./decode/config-problem.js";
import { QUICK_START } from "./quick-start.test.support.js";

/* Whatever stands in a file, loading it gives a configuration or a `ConfigError`, never another exception. */

const RUNS = 400;

/** A small generator (mulberry32): the same mutations for the same seed. */
function randomBelow(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function assertLoads(text: string): void {
  try {
    loadBootstrap({ text });
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${error instanceof Error ? error.stack : error}\n${text}`);
    assert.ok(error.problems.length > 0);
    for (const { line, column, message } of error.problems) {
      const hasPlace = (line > 0 && column > 0) || message === "is empty" || message.endsWith("which are not listed");
      assert.ok(message !== "" && hasPlace, message);
    }
  }
}

const PIECES =
  "{ } [ ] : - \n \t \" ' &a *a <<: null 1 -1 1e99 ~ # | > % @ ` ! !!int \0 \u2028 true ? , ... --- __proto__ .inf 0x1F".split(
    " ",
  );

test("texts with random faults", () => {
  const below = randomBelow(1);
  for (let run = 0; run < RUNS; run++) {
    let text = QUICK_START;
    for (let changes = 1 + below(4); changes > 0; changes--) {
      const at = below(text.length);
      const removed = below(3) === 0 ? below(30) : 0;
      const from = below(text.length);
      const added = below(4) === 0 ? text.slice(from, from + below(200)) : `${PIECES[below(PIECES.length)]} `;
      text = text.slice(0, at) + added + text.slice(at + removed);
    }
    assertLoads(text);
  }
});

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  "",
  "x",
  "1s",
  "*",
  "::1",
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: 1 },
  { "@type": "x" },
  { "@type": "t/google.protobuf.Struct", value: { a: [1, { b: null }] } },
  { "@type": "t/google.protobuf.Any", value: { "@type": "t/google.protobuf.Empty" } },
  { "@type": "t/xds.type.v3.TypedStruct", type_url: "t/envoy.config.core.v3.Pipe", value: { path: 1 } },
  { "@type": "t/envoy.config.cluster.v3.Cluster", name: "x" },
];

type Place = readonly [Record<string, unknown>, string];

function placesIn(tree: unknown, places: Place[] = []): Place[] {
  if (typeof tree !== "object" || tree === null) return places;
  for (const key of Object.keys(tree)) {
    const parent = tree as Record<string, unknown>;
    places.push([parent, key]);
    placesIn(parent[key], places);
  }
  return places;
}

test("trees with values in the wrong places", () => {
  const below = randomBelow(2);
  const original: unknown = parse(QUICK_START);
  for (let run = 0; run < RUNS; run++) {
    const tree = structuredClone(original);
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const places = placesIn(tree);
      const [parent, key] = places[below(places.length)] ?? [{}, ""];
      const [otherParent, otherKey] = places[below(places.length)] ?? [{}, ""];
      const other = below(2) === 0 ? STRANGE[below(STRANGE.length)] : otherParent[otherKey];
      if (below(4) === 0 && !Array.isArray(parent)) delete parent[key];
      else parent[below(3) === 0 && !Array.isArray(parent) ? otherKey : key] = structuredClone(other);
    }
    assertLoads(JSON.stringify(tree));
  }
});

/** Levels, aliases, numbers and names that have broken readers. */
const BOMBS: readonly string[] = [
  "[".repeat(100_000),
  "{a: ".repeat(50_000),
  "- ".repeat(100_000),
  `${"a:\n ".repeat(300)}x`,
  "? ".repeat(20_000),
  `a: &a [x]\n${Array.from({ length: 400 }, (_, i) => `b${i}: &b${i} [*a, *a, *a, *a, *a, *a, *a, *a]`).join("\n")}`,
  "static_resources: &s\n  listeners: [*s, *s]",
  `x: ${"9".repeat(100_000)}`,
  `node: { id: ${"-".repeat(10_000)} }`,
  `stats_flush_interval: ${"9".repeat(400)}s`,
  "admin: { address: { socket_address: { address: 1, port_value: 1e400 } } }",
  "__proto__: { admin: 1 }\nconstructor: { prototype: 1 }\ntoString: 1",
  "node: { metadata: { __proto__: { a: 1 }, constructor: 5 } }",
  `"${"\\u0000".repeat(1000)}": 1`,
  `# ${"x".repeat(1_000_000)}`,
  `a: [${",".repeat(100_000)}`,
  `node: { id: "${"x".repeat(1_000_000)}`,
  Array.from({ length: 20_000 }, (_, i) => `k${i}: &a${i} { b: 1 }`).join("\n"),
  `x: &x { a: 1 }\n${Array.from({ length: 20_000 }, (_, i) => `k${i}: *x`).join("\n")}`,
  "\0\0\0",
  "\ud800: \udfff",
];

test("texts that are made to break readers", () => {
  for (const text of BOMBS) assertLoads(text);
});

test("random bytes, random text and random JSON", () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString("latin1"));
  const names = fc.constantFrom(
    "static_resources",
    "listeners",
    "clusters",
    "name",
    "@type",
    "__proto__",
    "node",
    "id",
  );
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), fc.array(tie("value"), { maxLength: 3 }), tie("map")),
    map: fc.dictionary(names, tie("value"), { maxKeys: 4 }),
  })).map;
  const text = fc.oneof(
    bytes,
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.json({ maxDepth: 4 }),
    tree.map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(text, assertLoads), { numRuns: 300, seed: 3 });
});

test("configurations with characters put in, taken out and swapped", () => {
  const change = fc.tuple(fc.nat(QUICK_START.length), fc.nat(40), fc.oneof(fc.constantFrom(...PIECES), fc.string()));
  const property = fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
    let text = QUICK_START;
    for (const [at, removed, added] of changes) text = text.slice(0, at) + added + text.slice(at + removed);
    assertLoads(text);
  });
  fc.assert(property, { numRuns: 200, seed: 4 });
});
