import assert from "node:assert/strict";
import { test } from "node:test";
import { names, wholeNumber } from "./option-values.js";

test("whole numbers", () => {
  assert.equal(wholeNumber("rounds", "3", 1), 3);
  assert.equal(wholeNumber("rounds", "0", 0), 0);
  for (const text of ["0", "-1", "1.5", "many", ""]) {
    assert.throws(() => wholeNumber("rounds", text, 1), { message: `--rounds must be a whole number from 1: ${text}` });
  }
});

test("names", () => {
  assert.deepEqual(names("a,b"), ["a", "b"]);
  assert.deepEqual(names(""), []);
});
