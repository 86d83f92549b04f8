import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadBootstrap } from "../src/config/bootstrap.js";

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
