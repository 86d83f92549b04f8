import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allHaveSameMap } from "../../../test/support/same-shape.js";
import { HeaderMap } from "./header-map.js";

function mapOf(...pairs: readonly (readonly [string, string])[]): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of pairs) headers.add(name, value);
  return headers;
}

function fields(headers: HeaderMap): string[] {
  return Array.from({ length: headers.size }, (_, i) => `${headers.nameAt(i)}=${headers.valueAt(i)}`);
}

describe("a header map", () => {
  const repeated = (): HeaderMap => mapOf(["a", "1"], ["b", "2"], ["a", "3"], ["c", "4"], ["a", "5"]);

  test("keeps fields in order, repeated ones too", () => {
    assert.deepEqual(fields(repeated()), ["a=1", "b=2", "a=3", "c=4", "a=5"]);
  });

  test("finds the first of a name", () => {
    assert.equal(repeated().get("a"), "1");
    assert.equal(repeated().get("d"), null);
    assert.ok(repeated().has("c") && !repeated().has("d"));
  });

  test("takes no value for a name", () => {
    assert.equal(repeated().get("1"), null);
    assert.ok(!repeated().has("4"));
  });

  test("joins the values of a name (RFC 9110 5.3)", () => {
    assert.equal(repeated().getJoined("a"), "1,3,5");
    assert.equal(repeated().getJoined("b"), "2");
    assert.equal(repeated().getJoined("d"), null);
    assert.equal(mapOf(["a", ""], ["a", ""]).getJoined("a"), ",");
  });

  test("sets a name to one value, in the place of the first", () => {
    const headers = repeated();
    headers.set("a", "x");
    assert.deepEqual(fields(headers), ["a=x", "b=2", "c=4"]);
    headers.set("d", "y");
    assert.deepEqual(fields(headers), ["a=x", "b=2", "c=4", "d=y"]);
  });

  test("removes all of a name and tells how many", () => {
    const headers = repeated();
    assert.equal(headers.remove("a"), 3);
    assert.equal(headers.remove("a"), 0);
    assert.deepEqual(fields(headers), ["b=2", "c=4"]);
    assert.equal(headers.remove("c"), 1);
    assert.equal(headers.remove("b"), 1);
    assert.equal(headers.size, 0);
  });

  test("is copied whole, and the copy is its own", () => {
    const headers = repeated();
    headers.method = "GET";
    headers.path = "/";
    headers.authority = "h";
    headers.scheme = "http";
    headers.status = 200;
    const copy = headers.clone();
    assert.deepEqual(copy, headers);
    copy.set("a", "x");
    copy.add("e", "6");
    assert.deepEqual(fields(headers), fields(repeated()));
  });
});

test("all header maps have one hidden class", () => {
  const request = mapOf(["a", "1"]);
  request.method = "GET";
  const response = new HeaderMap();
  response.status = 200;
  assert.ok(allHaveSameMap([request, response, request.clone(), new HeaderMap()]));
});
