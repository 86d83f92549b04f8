import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, problemsOf } from "./config-text.test.support.js";

const LAYERS = `
layered_runtime:
  layers:
  - name: base
    static_layer:
      a: 1
      nested: { b: text, deeper: { c: true } }
      share: { numerator: 5, denominator: MILLION }
      half: { numerator: 50 }
      keys: { numerator: 5, other: 1 }
      none: null
  - name: over
    static_layer: { a: 2, nested: { b: 3.5 } }
  - name: admin
    admin_layer: {}
`;

test("static layers are keys with dots, later ones over earlier ones", () => {
  assert.deepEqual(configOf(LAYERS).runtime, {
    a: 2,
    "nested.b": 3.5,
    "nested.deeper.c": true,
    share: { numerator: 5, denominator: 1_000_000 },
    half: { numerator: 50, denominator: 100 },
    "keys.numerator": 5,
    "keys.other": 1,
  });
  assert.deepEqual(problemsOf(LAYERS), []);
  assert.deepEqual(configOf("{}").runtime, {});
});

test("faults of layers", () => {
  const twice = "layered_runtime: { layers: [{ name: a, static_layer: {} }, { name: a, admin_layer: {} }] }";
  assert.deepEqual(problemsOf(twice), ['1:68 error layered_runtime.layers[1].name: there is another layer "a"']);
  const disk = "layered_runtime: { layers: [{ name: a, disk_layer: { symlink_root: /x } }] }";
  assert.equal(problemsOf(disk).length, 1);
  assert.match(problemsOf(disk)[0] ?? "", /warning .*disk_layer/);
});

test("there is one admin layer at most", () => {
  const layers = "layered_runtime: { layers: [{ name: a, admin_layer: {} }, { name: b, admin_layer: {} }] }";
  assert.deepEqual(problemsOf(layers), [
    "1:83 error layered_runtime.layers[1].admin_layer: there is another admin layer, and only one is possible",
  ]);
});
