import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { QUICK_START } from "../quick-start.test.support.js";
import { readCommonYaml } from "./common-yaml.js";
import { ProblemList } from "./problem-list.js";
import { SourceText } from "./source-text.js";
import { MAX_DEPTH, parseFully } from "./yaml-document.js";

/** What the quick reader takes must be what the full parser makes of it, without a problem. */
function assertSame(text: string): boolean {
  const quick = readCommonYaml(text, MAX_DEPTH);
  if (quick === null) return false;
  const problems = new ProblemList();
  const full = parseFully(new SourceText("t", text), problems);
  assert.deepEqual(problems.sorted(), [], text);
  assert.deepEqual(quick, full, text);
  return true;
}

test("configurations are read the quick way", () => {
  const folders = ["../../../../examples/", "../../../../test/config-corpus/"];
  for (const folder of folders) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    for (const name of readdirSync(path).filter((file) => /\.(yaml|json)$/.test(file))) {
      assert.ok(assertSame(readFileSync(`${path}${name}`, "utf8")), name);
    }
  }
});

const TAKEN: readonly string[] = [
  "a",
  "---\na: 1\n",
  "# c\n\na: 1 # d\n  # e\nb:\n- x\n-   y: 1\n    z: 2\n- - 1\n  - 2\n-\n  q: w\nc:\n  - 1\n",
  "a:   # c\nb:\n",
  "- # c\n- 1\n-",
  "a: { b: 1, \"c\":2, 'd': [x, -1, {}], }\n",
  "a: [1,\n  2 ,\n\n  3\n  ]\nb: ''\n",
  'a: "x\\n\\u0041\\\\"\n"@type": \'y\'\n',
  "a: 0x1F\nb: 0o17\nc: +5\nd: -.5\ne: 5.\nf: 1e3\ng: .inf\nh: -.INF\ni: .nan\nj: 1_000\nk: 08\nl: ~\nm: NULL\nn: True\no: yes\np: -\\\n",
  "a: http://x:80/y#z\nb: a:b\nc: -x\nd: ::1\ne: ?x\nf: 1.2.3.4\ng: 10.0.0.0/8\nh: 2024-01-01\n",
  '{"a":[1,2,{"b":null}], "c" : "d"}',
  "ä: ö\u2028ü\n",
  "__proto__: { __proto__: 1 }\nconstructor: x\n",
];

test("forms that the quick reader takes", () => {
  for (const text of TAKEN) assert.ok(assertSame(text), text);
});

const LEFT: readonly string[] = [
  "",
  "# only\n",
  "a: &x 1",
  "a: *x",
  "a: !!int 1",
  "a: |\n  x\n",
  "a: >\n  x\n",
  "a: b\n  c\n",
  "a: 'it''s'\n",
  "a: 'x\n  y'\n",
  "a: 1\na: 2\n",
  "<<: {}\n",
  "? a\n: b\n",
  "a: b: c\n",
  "a: - b\n",
  "a:\n  - x\n  b: 1\n",
  "a: 1\n---\nb: 2\n",
  "a: 1\n...\n",
  "%YAML 1.2\n---\na: 1\n",
  "a:\tb\n",
  "a: 1\r\n",
  "a: [b: c]\n",
  "a: {b}\n",
  "a: {b: }\n",
  "a: {b: 1,\nc: 2}\n",
  "a: [1 # c\n  ]\n",
  "a: [1, 2\n",
  'a: "x\n',
  'a: "\\x41"\n',
  "a: {} b\n",
  "a: 1\n b: 2\n",
  "  a: 1\nb: 2\n",
  "a: @b\n",
  "a: `b`\n",
  "a: %b\n",
];

test("forms that are left to the full parser", () => {
  for (const text of LEFT) assert.equal(readCommonYaml(text, MAX_DEPTH), null, text);
});

test("nesting is bounded", () => {
  for (const depth of [50, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 50_000]) {
    const fits = depth <= MAX_DEPTH;
    assert.equal(assertSame("[".repeat(depth) + "]".repeat(depth)), fits, `flow ${depth}`);
    assert.equal(assertSame(`${"- ".repeat(depth)}x`), depth < MAX_DEPTH, `block ${depth}`);
    assert.equal(readCommonYaml("{a: ".repeat(depth), MAX_DEPTH), null);
  }
});

const PIECES = [
  ..."abx019:-?,[]{}#&*!|>'\"%@` \n\n\n",
  ": ",
  "- ",
  "\n  ",
  "\n    ",
  "\n- ",
  "\n  - ",
  "a: ",
  "b:\n",
  " # c",
  "[1, 2]",
  "{ a: 1 }",
  '"q"',
  "'s'",
  "---\n",
  "...",
  "null",
  "1e3",
  "-1",
  ".5",
  "\\",
  "ü",
  "\u2028",
  "\u0085",
];

test("random texts are read the same, or left", () => {
  let taken = 0;
  const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(""));
  const property = fc.property(text, (random) => {
    if (assertSame(random)) taken++;
  });
  fc.assert(property, { numRuns: 3_000, seed: 7 });
  assert.ok(taken > 200, String(taken));
});

test("configurations with random changes are read the same, or left", () => {
  let taken = 0;
  const change = fc.tuple(fc.nat(QUICK_START.length), fc.nat(6), fc.constantFrom(...PIECES));
  const property = fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
    let text = QUICK_START;
    for (const [at, removed, added] of changes) text = text.slice(0, at) + added + text.slice(at + removed);
    if (assertSame(text)) taken++;
  });
  fc.assert(property, { numRuns: 300, seed: 8 });
  assert.ok(taken > 30, String(taken));
});
