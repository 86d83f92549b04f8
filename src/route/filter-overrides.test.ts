import assert from "node:assert/strict";
import { test } from "node:test";
import type { FilterOverrideConfig } from "./filter-override-config.js";
import { FilterOverrides } from "./filter-overrides.js";

const config = (name: string, value: unknown): FilterOverrideConfig => ({ name, disabled: false, config: value });

test("the most specific level wins, all of them can be had", () => {
  const overrides = new FilterOverrides([
    [config("f", "table")],
    [config("f", "host"), config("g", 1)],
    [config("f", "route")],
  ]);
  assert.equal(overrides.mostSpecific("f"), "route");
  assert.deepEqual(overrides.all("f"), ["table", "host", "route"]);
  assert.equal(overrides.mostSpecific("g"), 1);
  assert.equal(overrides.mostSpecific("h"), null);
  assert.deepEqual(overrides.all("h"), []);
});

test("a level below may enable what one above disables", () => {
  const off: FilterOverrideConfig = { name: "f", disabled: true, config: null };
  const on: FilterOverrideConfig = { name: "f", disabled: false, config: null };
  assert.equal(new FilterOverrides([[off], [on]]).isDisabled("f"), false);
  assert.equal(new FilterOverrides([[on], [off]]).isDisabled("f"), true);
  assert.equal(new FilterOverrides([[config("f", 1)], [off]]).isDisabled("f"), true);
  assert.equal(new FilterOverrides([[off], [config("f", 1)]]).isDisabled("f"), false);
  assert.equal(new FilterOverrides([[off]]).isDisabled("g"), null);
});
