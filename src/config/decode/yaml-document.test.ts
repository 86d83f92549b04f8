import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, plain } from "./decoding.test.support.js";

const VALUES: readonly (readonly [string, unknown])[] = [
  ["a: 1", { a: 1n }],
  ['{"a": [1, 2.5, true, null, "x"]}', { a: [1n, 2.5, true, null, "x"] }],
  ['{\n\t"a": {\n\t\t"b": 1\n\t}\n}', { a: { b: 1n } }],
  ["a: yes", { a: "yes" }],
  ["a: 0x1F\nb: 0o17\nc: 9007199254740993", { a: 31n, b: 15n, c: 9007199254740993n }],
  ["a: .inf\nb: ~\nc: ''", { a: Number.POSITIVE_INFINITY, b: null, c: "" }],
  ["1: a\ntrue: b\n'': c", { 1: "a", true: "b", "": "c" }],
  ["a: &x [1]\nb: *x", { a: [1n], b: [1n] }],
  ["&k a: 1\nb: { *k : 2 }", { a: 1n, b: { a: 2n } }],
  ["base: &b { p: 1, q: 2 }\na: { <<: *b, q: 3 }", { base: { p: 1n, q: 2n }, a: { p: 1n, q: 3n } }],
  ["a:\n  <<: [{ p: 1 }, { p: 2, q: 3 }]", { a: { p: 1n, q: 3n } }],
  ["'<<': { p: 1 }", { "<<": { p: 1n } }],
  ["a: |\n  x\n  y\n", { a: "x\ny\n" }],
  ["%YAML 1.1\n---\na: yes", { a: "yes" }],
  ["# nothing", null],
];

test("documents become plain values", () => {
  for (const [text, expected] of VALUES) {
    const { value, lines } = parse(text);
    assert.deepEqual(lines, [], text);
    assert.deepEqual(plain(value), expected, text);
  }
});

const FAULTS: readonly (readonly [string, string])[] = [
  ["a: 1\na: 2", "2:1 a: the key is here a second time; line 1 has it too"],
  ['{"a": {"b": 1, "b": 2}}', "1:16 a.b: the key is here a second time; line 1 has it too"],
  ["a: [x, { b: 1, b: 2 }]", "1:16 a[1].b: the key is here a second time; line 1 has it too"],
  ["a: *x", '1:4 a: the alias *x is not defined above -> if it is no alias, put it in quotes: "*x"'],
  ["a: &x [*x]", "1:8 a[0]: the alias *x contains itself"],
  ["a: { <<: 5 }", "1:10 a: `<<` merges maps only"],
  ["? [x]\n: 1", "1:3: the key of a map must be text"],
  ["a: { : 1 }", "1:5 a: the key of a map must be text"],
  ["a: 1\n---\nb: 2", "2:1: a second document starts here; a configuration is one document"],
  ["a: !x 1", "1:4: YAML: Unresolved tag: !x"],
  ["a: [1", "1:4: YAML syntax: this `[` is never closed"],
  ["\ta: 1", "1:1: YAML syntax: a tab cannot indent in YAML -> use spaces"],
  ['a: "\\q"', "1:5: YAML syntax: Invalid escape sequence \\q"],
];

test("faults of a document have their place", () => {
  for (const [text, expected] of FAULTS) assert.deepEqual(parse(text).lines, [expected], text);
});

test("syntax errors that are certain are reported at once", () => {
  assert.equal(parse("a: 'x' y\nb: \"\\q\"\n").lines.length, 2);
});

test("nesting is limited before anything recurses", () => {
  for (const open of ["[", "{a: ", "- ", "a: [", "? "]) {
    const { value, lines } = parse(open.repeat(20_000));
    assert.equal(value, null);
    assert.match(lines[0] ?? "", /nested more than 200 levels deep$/, open);
  }
});

test("aliases cannot nest deeper than the document may", () => {
  let text = "a0: &a0 [x]\n";
  for (let i = 1; i <= 300; i++) text += `a${i}: &a${i} [*a${i - 1}]\n`;
  assert.match(parse(text).lines[0] ?? "", /nested more than 200 levels deep$/);
});

test("aliases cannot stand for billions of values", () => {
  let text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let i = 1; i < 20; i++) text += `a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]\n`;
  assert.match(parse(text).lines[0] ?? "", /^5:\d+ a4\[\d\]: aliases stand for more than 100000 values$/);
});
