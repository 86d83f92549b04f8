import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFileLength, questionablyLong } from "./hot-path/file-length-rule.js";
import { checkHotPathRule } from "./hot-path/hot-path-rule.js";
import { parseSource } from "./source/source-file.js";

const HOT_FILE = "src/route/route-table.ts";

/** Lines of the text that the rule objects to. */
function linesIn(text: string, path = HOT_FILE): number[] {
  return checkHotPathRule(parseSource(path, text)).map((violation) => violation.line);
}

test("each banned construct is reported where it stands", () => {
  const cases = [
    "async function f() {}",
    "const f = async () => 1;",
    "class A { async f() {} }",
    "async function f() { await g(); }",
    "function f() { throw new Error(); }",
    "function f(a: any) { delete a.b; }",
    "const a = { ...b };",
    "const f = g.bind(a);",
    "class A { #b = 1; }",
    "class A { f() { return [1].map((x) => x); } }",
    "class A { f() { return function () {}; } }",
    "class A { f = () => 1; }",
    'import { EventEmitter } from "node:events";',
    'import { pipeline } from "node:stream/promises";',
    'import http from "node:http";',
    'import http2 from "node:http2";',
  ];
  for (const text of cases) assert.equal(new Set(linesIn(`\n${text}`)).has(2), true, text);
});

test("what is cheap is allowed", () => {
  const cases = [
    "const f = (x: number) => x + 1;",
    "const list = [...other];",
    "class A { private b = 1; f() { return this.b; } }",
    "function f(a: A) { a.bind; }",
    'import net from "node:net";',
  ];
  for (const text of cases) assert.deepEqual(linesIn(text), [], text);
});

test("only hot folders are checked, without their tests and the slow side of upstream", () => {
  const text = "async function f() {}";
  assert.deepEqual(linesIn(text, "src/upstream/pool/pool.ts"), [1]);
  assert.deepEqual(linesIn(text, "src/http/filters/cors/cors-filter.ts"), [1]);
  for (const path of [
    "src/config/bootstrap.ts",
    "src/upstream/discovery/dns.ts",
    "src/upstream/health-check/http.ts",
    "src/route/route-table.test.ts",
  ]) {
    assert.deepEqual(linesIn(text, path), [], path);
  }
});

test("assertions may throw", () => {
  assert.deepEqual(linesIn("function assert() { throw new Error(); }", "src/common/assert.ts"), []);
});

test("a marker covers its statement, member or line, and nothing else", () => {
  const text = [
    "const first = 1;",
    "// control plane: runs once, when the configuration is loaded",
    "export function load() {",
    "  throw new Error();",
    "}",
    "class A {",
    "  // control plane: the constructor of the configuration",
    "  constructor() { list.map((x) => x); }",
    "  f() {",
    "    throw new Error(); // control plane: never for a request",
    "    throw new Error();",
    "  }",
    "}",
  ].join("\n");
  assert.deepEqual(linesIn(text), [11]);
});

test("a marker above the first statement covers the file, and needs a reason", () => {
  const text = 'import "./a.js";\nclass A { f() { throw new Error(); } }';
  assert.deepEqual(linesIn(`// control plane: parses the configuration\n${text}`), []);
  assert.deepEqual(linesIn(`// control plane:\n${text}`), [3]);
});

test("files of the product may have 500 lines, tables any number", () => {
  const lines = (count: number): string => "a;\n".repeat(count);
  assert.deepEqual(checkFileLength(parseSource("src/route/a.ts", lines(500))), []);
  assert.equal(checkFileLength(parseSource("src/route/a.ts", lines(501))).length, 1);
  assert.deepEqual(checkFileLength(parseSource("src/http/codec/http2/hpack/huffman-table.ts", lines(501))), []);
  assert.deepEqual(checkFileLength(parseSource("test/a.ts", lines(501))), []);
  assert.deepEqual(questionablyLong([parseSource("src/a.ts", lines(301))]), ["src/a.ts: 301 lines"]);
});
