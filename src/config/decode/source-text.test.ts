import assert from "node:assert/strict";
import { test } from "node:test";
import { SourceText } from "./source-text.js";

test("offsets become lines and columns from 1", () => {
  const source = new SourceText("f", "ab\n\ncd\r\ne");
  const places = [0, 1, 2, 3, 4, 5, 8, 9].map((offset) => source.lineAndColumn(offset));
  assert.deepEqual(
    places.map(({ line, column }) => `${line}:${column}`),
    ["1:1", "1:2", "1:3", "2:1", "3:1", "3:2", "4:1", "4:2"],
  );
});

test("an excerpt is the line and a caret below the column", () => {
  const source = new SourceText("f", "a: 1\r\n\tb: 2\n\n");
  assert.equal(source.excerpt(3), "  a: 1\n     ^");
  assert.equal(source.excerpt(7), "  \tb: 2\n  \t^");
  assert.equal(source.excerpt(12), "");
});

test("a long line is cut around the column", () => {
  const source = new SourceText("f", `${"x".repeat(500)}Y${"z".repeat(500)}`);
  const [line = "", caret = ""] = source.excerpt(500).split("\n");
  assert.ok(line.length < 130);
  assert.equal(line[caret.indexOf("^")], "Y");
});
