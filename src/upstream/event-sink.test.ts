import assert from "node:assert/strict";
import { test } from "node:test";
import { timestampJson } from "./event-sink.js";

test("a timestamp has no digits after a whole second, as protobuf writes it", () => {
  assert.equal(timestampJson(Date.UTC(2018, 11, 18, 9)), "2018-12-18T09:00:00Z");
  assert.equal(timestampJson(Date.UTC(2018, 11, 18, 9, 0, 0, 50)), "2018-12-18T09:00:00.050Z");
});
