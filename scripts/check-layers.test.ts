import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCycleRule } from "./layers/cycle-rule.js";
import { type ImportGraph, importGraphOf } from "./layers/import-graph.js";
import { checkLayerRule } from "./layers/layer-rule.js";
import { parseSource } from "./source/source-file.js";
import type { Violation } from "./source/violation.js";

/** A tree of files: path and text. */
type Tree = Readonly<Record<string, string>>;

function graphOf(tree: Tree): ImportGraph {
  return importGraphOf(Object.entries(tree).map(([path, text]) => parseSource(path, text)));
}

/** Checks that one file may, or may not, import another. */
function layersOf(from: string, specifier: string): string[] {
  return checkLayerRule(graphOf({ [from]: `import { a } from "${specifier}";` })).map(messageOf);
}

function cyclesOf(tree: Tree): string[] {
  return checkCycleRule(graphOf(tree)).map(messageOf);
}

function messageOf(violation: Violation): string {
  return violation.message;
}

test("a file may import its own folder and lower layers", () => {
  assert.deepEqual(layersOf("src/network/listener.ts", "./connection.js"), []);
  assert.deepEqual(layersOf("src/network/listener.ts", "../event/dispatcher.js"), []);
  assert.deepEqual(layersOf("src/http/codec/http1/parser.ts", "../codec.js"), []);
  assert.deepEqual(layersOf("src/http/codec/codec.ts", "../headers/header-map.js"), []);
  assert.deepEqual(layersOf("src/http/filters/router/router-filter.ts", "../../../upstream/cluster.js"), []);
  assert.deepEqual(layersOf("src/xds/ads-client.ts", "../config/bootstrap.js"), []);
  assert.deepEqual(layersOf("src/index.ts", "./server/server.js"), []);
});

test("an import upwards is reported with its place", () => {
  const graph = graphOf({
    "src/event/a.ts": 'import "../common/b.js";\n\nimport type { C } from "../network/c.js";\n',
  });
  assert.deepEqual(checkLayerRule(graph), [
    {
      path: "src/event/a.ts",
      line: 3,
      column: 1,
      rule: "layers",
      message: "event/ (layer 1) must not import network/ (layer 2): it stands above",
    },
  ]);
});

test("folders of one row do not know each other", () => {
  assert.match(layersOf("src/stats/a.ts", "../event/b.js")[0] ?? "", /siblings/);
  assert.match(layersOf("src/http/filters/cors/a.ts", "../fault/b.js")[0] ?? "", /siblings/);
});

test("within layer 5 conn-manager stands on filter, filter on route", () => {
  assert.deepEqual(layersOf("src/http/conn-manager/a.ts", "../filter/b.js"), []);
  assert.deepEqual(layersOf("src/http/conn-manager/a.ts", "../access-log/b.js"), []);
  assert.deepEqual(layersOf("src/http/filter/a.ts", "../../route/b.js"), []);
  assert.equal(layersOf("src/http/filter/a.ts", "../conn-manager/b.js").length, 1);
  assert.equal(layersOf("src/route/a.ts", "../http/filter/b.js").length, 1);
});

test("the hot side of upstream does not import the slow side", () => {
  assert.deepEqual(layersOf("src/upstream/discovery/dns.ts", "../host.js"), []);
  assert.deepEqual(layersOf("src/upstream/health-check/http.ts", "../discovery/dns.js"), []);
  assert.match(layersOf("src/upstream/cluster.ts", "./discovery/dns.js")[0] ?? "", /slow side/);
});

test("generated code is for config and xds only", () => {
  assert.deepEqual(layersOf("src/config/bootstrap.ts", "../gen/envoy/bootstrap_pb.js"), []);
  assert.match(layersOf("src/server/server.ts", "../gen/envoy/bootstrap_pb.js")[0] ?? "", /generated/);
});

test("the product does not import tests, and unknown folders must be given a layer", () => {
  assert.match(layersOf("src/server/a.ts", "../../test/support/b.js")[0] ?? "", /must not import test\//);
  assert.match(layersOf("src/server/a.ts", "../plugins/b.js")[0] ?? "", /no layer/);
});

test("tests may import anything", () => {
  assert.deepEqual(layersOf("src/event/a.test.ts", "../server/b.js"), []);
  assert.deepEqual(layersOf("test/integration/a.test.ts", "../../src/event/b.js"), []);
});

test("every form of import counts", () => {
  const text = [
    'export { a } from "../server/a.js";',
    'export type * from "../server/b.js";',
    'const c = import("../server/c.js");',
    'let d: import("../server/d.js").D;',
  ].join("\n");
  const lines = checkLayerRule(graphOf({ "src/event/x.ts": text })).map((violation) => violation.line);
  assert.deepEqual(lines, [1, 2, 3, 4]);
});

test("a cycle is reported once, as a path", () => {
  const tree = {
    "src/event/a.ts": 'import "./b.js";',
    "src/event/b.ts": 'import "./c.js";',
    "src/event/c.ts": 'import "./a.js";',
  };
  assert.deepEqual(cyclesOf(tree), [
    "import cycle: src/event/a.ts -> src/event/b.ts -> src/event/c.ts -> src/event/a.ts",
  ]);
});

test("a file that imports itself is a cycle", () => {
  assert.equal(cyclesOf({ "src/event/a.ts": 'import "./a.js";' }).length, 1);
});

test("a cycle of types is allowed within one unit of layering only", () => {
  const within = {
    "src/upstream/a.ts": 'import type { B } from "./pool/b.js";',
    "src/upstream/pool/b.ts": 'import "../a.js";',
  };
  assert.deepEqual(cyclesOf(within), []);
  const across = {
    "src/event/a.ts": 'import type { B } from "../stats/b.js";',
    "src/stats/b.ts": 'import "../event/a.js";',
  };
  assert.equal(cyclesOf(across).length, 1);
});

test("of cycles that share files one is reported", () => {
  const tree = {
    "src/event/a.ts": 'import "./b.js";\nimport "./c.js";',
    "src/event/b.ts": 'import "./a.js";',
    "src/event/c.ts": 'import "./a.js";',
  };
  assert.equal(cyclesOf(tree).length, 1);
});

test("`import { type A }` still loads the module and makes a cycle", () => {
  const tree = { "src/event/a.ts": 'import { type B } from "./b.js";', "src/event/b.ts": 'import "./a.js";' };
  assert.equal(cyclesOf(tree).length, 1);
});
