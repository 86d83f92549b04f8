import assert from "node:assert/strict";
import { test } from "node:test";
import { Runtime, RuntimeFraction } from "./runtime.js";

const STANDARD = { numerator: 5, denominator: 10_000 };

function fraction(value: number | string | boolean | { numerator: number; denominator: number }): string {
  return new Runtime({ key: value }).fraction({ defaultValue: STANDARD, runtimeKey: "key" }).describe();
}

test("a fraction comes from its key, else from the configuration", () => {
  assert.equal(fraction({ numerator: 1, denominator: 1_000_000 }), "1 of 1000000");
  // A whole number is percent, whatever the denominator of the default.
  assert.equal(fraction(7), "7 of 100");
  for (const wrong of [-1, 1.5, "7", true]) assert.equal(fraction(wrong), "5 of 10000");
  const other = new Runtime({ other: 7 });
  assert.equal(other.fraction({ defaultValue: STANDARD, runtimeKey: "key" }).describe(), "5 of 10000");
  assert.equal(other.fraction({ defaultValue: STANDARD, runtimeKey: "" }).describe(), "5 of 10000");
});

test("a fraction includes the numbers below its numerator, and all above a whole turn", () => {
  const half = new RuntimeFraction({ numerator: 50, denominator: 100 });
  for (const random of [0, 49, 100, 149, 9_007_199_254_740_900]) assert.ok(half.includes(random), String(random));
  for (const random of [50, 99, 150, 9_007_199_254_740_991]) assert.ok(!half.includes(random), String(random));
  assert.ok(!new RuntimeFraction({ numerator: 0, denominator: 100 }).includes(0));
  assert.ok(new RuntimeFraction({ numerator: 100, denominator: 100 }).includes(99));
  assert.ok(new RuntimeFraction({ numerator: 500, denominator: 100 }).includes(99));
});

test("numbers and flags count only when they are such", () => {
  const runtime = new Runtime({ number: 3, flag: true, text: "3", negative: -1 });
  assert.equal(runtime.integer("number", 9), 3);
  for (const key of ["flag", "text", "negative", "absent"]) assert.equal(runtime.integer(key, 9), 9, key);
  const number = (runtimeKey: string) =>
    new Runtime({ half: 0.5, less: -1, text: "3" }).double({ defaultValue: 9, runtimeKey });
  assert.deepEqual(["half", "less", "text", "absent", ""].map(number), [0.5, -1, 9, 9, 9]);
  assert.equal(runtime.flag("flag", false), true);
  for (const key of ["number", "text", "absent"]) assert.equal(runtime.flag(key, false), false, key);
});
