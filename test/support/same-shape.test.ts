import assert from "node:assert/strict";
import { test } from "node:test";
import { allHaveSameMap, haveSameMap } from "./same-shape.js";

class Point {
  x: number;
  y: number;
  label: string | null;

  constructor(x: number, y: number, label: string | null = null) {
    this.x = x;
    this.y = y;
    this.label = label;
  }
}

test("objects of one constructor have one hidden class, whatever their values", () => {
  assert.ok(haveSameMap(new Point(1, 2), new Point(3, 4, "here")));
  assert.ok(allHaveSameMap([]));
});

test("a field that is added later, or removed, makes another hidden class", () => {
  const grown = new Point(1, 2) as Point & { z?: number };
  grown.z = 3;
  assert.ok(!haveSameMap(grown, new Point(1, 2)));
  const shrunk: Partial<Point> = new Point(1, 2);
  delete shrunk.x;
  assert.ok(!allHaveSameMap([new Point(1, 2), shrunk, new Point(1, 2)]));
});
