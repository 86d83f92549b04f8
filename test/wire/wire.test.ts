import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseWireCases } from "../support/wire-case.js";
import { startWireProxy } from "../support/wire-proxy.js";
import { runWireCase, WIRE_NETWORKS } from "../support/wire-runner.js";

/** The cases stay beside their source: the compiler copies no Markdown. */
const CASES = new URL("../../../test/wire/", import.meta.url);

const fileNames = readdirSync(CASES).filter((name) => name.endsWith(".md") && name !== "README.md");

for (const fileName of fileNames) {
  const cases = parseWireCases(readFileSync(new URL(fileName, CASES), "utf8"), fileName);
  describe(`wire: ${fileName}`, () => {
    test("has cases with titles of their own", () => {
      assert.ok(cases.length > 0);
      assert.equal(new Set(cases.map((wireCase) => wireCase.title)).size, cases.length);
    });
    for (const wireCase of cases) {
      test(wireCase.title, async (t) => {
        for (const [name, network] of WIRE_NETWORKS) {
          await t.test(name, () => runWireCase(wireCase, fileName, network, startWireProxy));
        }
      });
    }
  });
}
