import assert from "node:assert/strict";
import { test } from "node:test";
import { responseFlagBit, responseFlagsText } from "./response-flag.js";
import { NOT_YET, StreamInfo } from "./stream-info.js";

test("a new stream knows its start and nothing else", () => {
  const info = new StreamInfo(7, 3, "HTTP/1.1", 1000.5, 1_460_751_420_310);
  assert.equal(info.streamId, 7);
  assert.equal(info.connectionId, 3);
  assert.equal(info.startTimeMs, 1000.5);
  assert.equal(info.endTimeMs, NOT_YET);
  assert.equal(info.responseCode, 0);
  assert.equal(info.upstreamHost, null);
});

test("flags add up", () => {
  const info = new StreamInfo(1, 1, "HTTP/1.1", 0, 0);
  info.setResponseFlag(responseFlagBit("UT"));
  info.setResponseFlag(responseFlagBit("DC"));
  info.setResponseFlag(responseFlagBit("UT"));
  assert.equal(responseFlagsText(info.responseFlagSequence), "UT,DC");
});
