import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseRouteCases } from "../support/route-case.js";
import { runRouteCase } from "../support/route-case-runner.js";

/** The cases stay beside their source: the compiler copies no YAML. */
const CASES = new URL("../../../test/routes/", import.meta.url);

const fileNames = readdirSync(CASES).filter((name) => name.endsWith(".yaml"));

for (const fileName of fileNames) {
  const cases = parseRouteCases(readFileSync(new URL(fileName, CASES), "utf8"), fileName);
  describe(`routes: ${fileName}`, () => {
    test("has cases with names of their own", () => {
      assert.ok(cases.length > 0);
      assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
    });
    for (const routeCase of cases) test(routeCase.name, () => runRouteCase(routeCase));
  });
}
