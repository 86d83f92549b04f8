import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, type ConfigProblem, renderProblems } from "./config-problem.js";

const PROBLEM: ConfigProblem = {
  severity: "error",
  file: "envoy.yaml",
  line: 3,
  column: 5,
  path: "static_resources.clusters[0]",
  message: "unknown field `hots`",
  suggestion: "did you mean `hosts`?",
  excerpt: "  hots: []\n  ^",
};
const UNREADABLE: ConfigProblem = {
  ...PROBLEM,
  line: 0,
  column: 0,
  path: "",
  message: "is empty",
  suggestion: "",
  excerpt: "",
};

test("problems are printed as compilers print them", () => {
  assert.equal(
    new ConfigError([PROBLEM, UNREADABLE]).message,
    "envoy.yaml:3:5: error: static_resources.clusters[0]: unknown field `hots`\n" +
      "  hots: []\n  ^\n  did you mean `hosts`?\n\nenvoy.yaml: error: is empty",
  );
});

test("printed problems end with a line break, so that they can be written as they are", () => {
  assert.equal(
    renderProblems([UNREADABLE, UNREADABLE]),
    "envoy.yaml: error: is empty\n\nenvoy.yaml: error: is empty\n",
  );
  assert.equal(renderProblems([]), "");
});

test("problems are JSON for tools", () => {
  const json: unknown = JSON.parse(JSON.stringify(new ConfigError([PROBLEM])));
  assert.deepEqual(json, { problems: [PROBLEM] });
});
