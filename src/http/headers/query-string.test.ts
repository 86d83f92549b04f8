import assert from "node:assert/strict";
import { test } from "node:test";
import { decodedQueryParameter, queryParameter } from "./query-string.js";

const CASES: readonly (readonly [path: string, name: string, value: string | null])[] = [
  ["/", "a", null],
  ["/?", "a", null],
  ["/?a", "a", ""],
  ["/?a=", "a", ""],
  ["/?a=1", "a", "1"],
  ["/?a=1&a=2", "a", "1"],
  ["/?b=1&a=2&c", "a", "2"],
  ["/?b=1&a=2&c", "c", ""],
  ["/?ab=1&a=2", "a", "2"],
  ["/?ba=1", "a", null],
  ["/?a=b=c", "a", "b=c"],
  ["/?a=%41&%61=2", "a", "%41"],
  ["/?%61=2", "a", null],
  ["/?&&a=1", "a", "1"],
  ["/a?x?a=1&a=2", "a", "2"],
  ["/?A=1", "a", null],
  ["/?a=1#f", "a", "1#f"],
];

test("the first value of a parameter, not decoded", () => {
  for (const [path, name, value] of CASES) assert.equal(queryParameter(path, name), value, `${name} in ${path}`);
});

test("the first value of a parameter, decoded", () => {
  const cases: readonly (readonly [path: string, name: string, value: string | null])[] = [
    ["/%61=1", "a", null],
    ["/?a=1", "a", "1"],
    ["/?a=%31&a=2", "a", "1"],
    ["/?b=2&%61=%41%2f", "a", "A/"],
    ["/?a=%", "a", "%"],
    ["/?a=%4", "a", "%4"],
    ["/?a=%zz%41", "a", "%zzA"],
    ["/?a%3Db=1", "a=b", "1"],
    ["/?%61", "a", ""],
    ["/?a+b=1+2%20", "a+b", "1+2 "],
    ["/?b=%61", "a", null],
  ];
  for (const [path, name, value] of cases) assert.equal(decodedQueryParameter(path, name), value, path);
});
