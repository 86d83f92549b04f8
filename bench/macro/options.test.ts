import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "./options.js";

test("sizes take units, names a list", () => {
  const options = parseOptions(["--sizes", "100,64k,1M", "--only", "nginx,sluice", "--rounds", "2"]);
  assert.deepEqual(options.sizes, [100, 65536, 1048576]);
  assert.deepEqual(options.only, ["nginx", "sluice"]);
  assert.equal(options.rounds, 2);
});

test("what makes no sense is refused", () => {
  assert.throws(() => parseOptions(["--sizes", "big"]), /big is not a number of bytes/);
  assert.throws(() => parseOptions(["--seconds", "0.5"]), /--seconds must be a whole number/);
  assert.throws(() => parseOptions(["--unknown"]), /--unknown/);
});
