import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOptions, checkScripts, optionsOf } from "./docs/command-rule.js";
import { checkConformance } from "./docs/conformance-rule.js";
import { checkDecisions } from "./docs/decision-rule.js";
import { checkFlow } from "./docs/flow-rule.js";
import { markdownFile } from "./docs/markdown-file.js";
import { checkMembers, membersOf } from "./docs/member-rule.js";
import { checkPaths } from "./docs/path-rule.js";
import { parseSource } from "./source/source-file.js";
import type { Violation } from "./source/violation.js";

const FILES = ["README.md", "docs/a.md", "src/network/connection.ts", "bin/sluice", "test/wire/README.md"];

function placesOf(violations: readonly Violation[]): string[] {
  return violations.map(({ path, line, message }) => `${path}:${line} ${message}`);
}

function pathsOf(text: string, path = "docs/a.md"): string[] {
  const file = markdownFile(path, text);
  return placesOf(checkPaths(file, FILES, [file, markdownFile("README.md", "# What works (and what not)\n")]));
}

test("files and folders in code must be there", () => {
  assert.deepEqual(pathsOf("`src/network/connection.ts`, `connection.ts`, `test/wire/`, `./bin/sluice -c x`"), []);
  assert.deepEqual(pathsOf("fine\n`src/network/gone.ts` `gone.ts`"), [
    "docs/a.md:2 there is no src/network/gone.ts",
    "docs/a.md:2 there is no gone.ts",
  ]);
  assert.deepEqual(pathsOf("```sh\n./bin/sluice -c examples/gone.yaml\n```"), [
    "docs/a.md:2 there is no examples/gone.yaml",
  ]);
});

test("patterns and generated files are not looked for", () => {
  assert.deepEqual(
    pathsOf("`src/**/x.test.ts` `src/gen/descriptors.bin` `docs/decisions/NNNN-title.md` `http/filters/*`"),
    [],
  );
});

test("relative links and their anchors lead somewhere", () => {
  assert.deepEqual(
    pathsOf("[a](../README.md) [b](../README.md#what-works-and-what-not) [c](https://example.com/x)"),
    [],
  );
  assert.deepEqual(pathsOf("[a](gone.md)\n[b](../README.md#gone)"), [
    "docs/a.md:1 the link leads to docs/gone.md, which is not there",
    "docs/a.md:2 README.md has no heading #gone",
  ]);
});

test("every requirement has a case", () => {
  const table = [
    "| section | level | what | cases |",
    "| --- | --- | --- | --- |",
    "| 2.2 | MUST | good | [A](../test/wire/a.md#a-case) |",
    "| 2.3 | SHOULD | bad | none |",
  ];
  assert.deepEqual(placesOf(checkConformance(markdownFile("docs/c.md", table.join("\n")))), [
    "docs/c.md:4 the requirement has no case in test/wire",
  ]);
  assert.deepEqual(placesOf(checkConformance(markdownFile("docs/c.md", "No table."))), [
    "docs/c.md:1 there are no requirements",
  ]);
});

test("a decision has a number of its own, and says it", () => {
  const decisions = [
    markdownFile("docs/decisions/0001-a.md", "# 1. A"),
    markdownFile("docs/decisions/0002-b.md", "# 3. B"),
    markdownFile("docs/decisions/0001-c.md", "# 1. C"),
    markdownFile("docs/other.md", "# 1. Other"),
  ];
  assert.deepEqual(placesOf(checkDecisions(decisions)), [
    "docs/decisions/0002-b.md:1 the heading does not begin with '# 2. '",
    "docs/decisions/0001-c.md:1 docs/decisions/0001-a.md has this number too",
  ]);
});

test("scripts must be in package.json", () => {
  const file = markdownFile("README.md", "`npm run build`, `npm test`\n`npm run --silent gone -- --flag`");
  assert.deepEqual(placesOf(checkScripts(file, new Set(["build", "test"]))), [
    "README.md:2 package.json has no script gone",
  ]);
});

test("options are described, and described ones exist", () => {
  const options = optionsOf("options:\n  -c, --config-path FILE   file\n      --flow               steps, see --x\n");
  assert.deepEqual([...options], ["config-path", "flow"]);
  const file = markdownFile("README.md", "`--config-path FILE`\n`npm run bench -- --rounds 3`\n`--gone`");
  assert.deepEqual(placesOf(checkOptions(file, options)), [
    "README.md:3 sluice has no option --gone",
    "README.md:1 the option --flow is not described",
  ]);
});

test("each step has one row, and is taken in the code", () => {
  const table = { labels: ["A1", "B7a", "D3", "E1"], names: new Map([["filterEncode", "D3"]]) };
  const code = parseSource("src/http/x.ts", "// A1: bytes\nflow.record(FlowSteps.filterEncode);\n/** E1, as ever */\n");
  const file = markdownFile("docs/life.md", "| A1 | x | y |\n| D3 | x | y |\n| D3 | x | y |\n| Z9 | x |\n| F9 | x |\n");
  assert.deepEqual(placesOf(checkFlow(file, table, [code])), [
    "docs/life.md:3 the step D3 stands here twice",
    "docs/life.md:5 there is no step F9",
    "docs/life.md:1 the step B7a has no row",
    "docs/life.md:1 the step B7a is neither recorded nor named in a comment of the code",
    "docs/life.md:1 the step E1 has no row",
  ]);
});

test("methods in the documents are methods in the code", () => {
  const members = membersOf([
    parseSource(
      "src/a.ts",
      "export class Base { run(): void {} }\nexport class Pool extends Base { drain(): void {} }",
    ),
  ]);
  const file = markdownFile(
    "docs/a.md",
    "`Pool.drain(true)` `Pool.run` `net.connect` `Buffer.from(x)` `Pool.gone`\n`Gone.x`",
  );
  assert.deepEqual(placesOf(checkMembers(file, members)), [
    "docs/a.md:1 Pool has no member gone",
    "docs/a.md:2 there is no class Gone",
  ]);
});
