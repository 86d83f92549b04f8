import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadBootstrap } from "../src/config/bootstrap.js";
import { ConfigError, type ConfigProblem, renderProblems } from "../src/config/decode/config-problem.js";
import { SchemaValidator } from "../src/config/schema/schema-validator.test.support.js";

/*
 * Bootstraps as the documentation of Envoy, Istio, Envoy Gateway and Contour shows them. Each loads, with warnings
 * about what Sluice does not do, or is refused at the lines that say so: `# may be refused: <a part of the message>`.
 */

/** The configurations stay beside their source: the compiler copies no YAML. */
const CORPUS = fileURLToPath(new URL("../../test/config-corpus/", import.meta.url));
const MARK = /# may be refused: (.*)$/;

const names = readdirSync(CORPUS).sort();

function problemsOf(path: string): readonly ConfigProblem[] {
  try {
    return loadBootstrap({ path }).warnings;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test("there is a corpus", () => {
  for (const name of ["istio-sidecar.json", "envoy-gateway.yaml", "contour.json"])
    assert.ok(names.includes(name), name);
});

for (const name of names) {
  test(`${name} loads, or is refused where it says so`, () => {
    const lines = readFileSync(`${CORPUS}${name}`, "utf8").split("\n");
    const problems = problemsOf(`${CORPUS}${name}`);
    const unexpected = problems.filter(({ severity, line, message }) => {
      const mark = MARK.exec(lines[line - 1] ?? "")?.[1];
      return severity === "error" && (mark === undefined || !message.includes(mark));
    });
    assert.equal(renderProblems(unexpected), "");
    for (const problem of problems) assert.ok(problem.line > 0 && problem.path !== "", renderProblems([problem]));
  });
}

test("the corpus keeps to the JSON Schema, and a misspelt field does not", () => {
  const texts = names.map((name) => readFileSync(`${CORPUS}${name}`, "utf8"));
  const schema = new SchemaValidator(texts);
  for (const [index, name] of names.entries()) {
    const text = texts[index] as string;
    assert.deepEqual(schema.errorsOf(text), [], name);
    const misspelt = text.replace(/(["\s{])(load_assignment|filter_chains|cds_config)("?:)/, "$1$2s$3");
    assert.notEqual(misspelt, text, name);
    assert.ok(
      schema.errorsOf(misspelt).some((error) => error.endsWith("additionalProperties")),
      name,
    );
  }
});
