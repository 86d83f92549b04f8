import assert from "node:assert/strict";
import { test } from "node:test";
import { SluiceCommand } from "../support/sluice-process.js";

test("sluice schema prints a JSON Schema of the bootstrap", async (t) => {
  const { code, stdout, stderr } = await SluiceCommand.run(t, "schema");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const schema = JSON.parse(stdout);
  assert.equal(schema.$schema, "http://json-schema.org/draft-07/schema#");
  assert.ok(schema.definitions[schema.$ref.replace("#/definitions/", "")].properties.static_resources);
  const wrong = await SluiceCommand.run(t, "schema", "file");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^sluice: schema takes no arguments, not 'file'\n/);
});
