import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadBootstrap } from "../src/config/bootstrap.js";
import { SchemaValidator } from "../src/config/schema/schema-validator.test.support.js";

/** The examples stay beside their source: the compiler copies no YAML. */
const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));

const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml"));

test("there are examples", () => {
  assert.ok(names.includes("quick-start.yaml"));
});

for (const name of names) {
  test(`examples/${name} is a configuration in which everything is implemented`, () => {
    const { config, warnings } = loadBootstrap({ path: `${EXAMPLES}${name}`, strict: true });
    assert.deepEqual(warnings, []);
    assert.ok(config.listeners.length > 0);
  });
}

test("the examples keep to the JSON Schema", () => {
  const texts = names.map((name) => readFileSync(`${EXAMPLES}${name}`, "utf8"));
  const validator = new SchemaValidator(texts);
  for (const [index, text] of texts.entries()) assert.deepEqual(validator.errorsOf(text), [], names[index]);
  assert.notDeepEqual(validator.errorsOf(texts[0]?.replace("static_resources", "static_resource") ?? ""), []);
});
