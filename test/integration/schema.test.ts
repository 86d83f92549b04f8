import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
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

test("a reader that has seen enough is no fault", async () => {
  const bin = fileURLToPath(new URL("../../../bin/sluice", import.meta.url));
  const child = spawn(process.execPath, [bin, "schema"], { stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => {
    complaints += text.toString();
  });
  // The schema is larger than any pipe, so it cannot be written whole.
  child.stdout.destroy();
  const [code] = await once(child, "close");
  assert.deepEqual({ code, complaints }, { code: 0, complaints: "" });
});
