import assert from "node:assert/strict";
import { test } from "node:test";
import { isResponseFlag, responseFlagBit, responseFlagsLongText, responseFlagsText } from "./response-flag.js";

test("flags print in Envoy's order, whatever order they were set in", () => {
  const flags = responseFlagBit("URX") | responseFlagBit("UF");
  assert.equal(responseFlagsText(flags), "UF,URX");
  assert.equal(responseFlagsLongText(flags), "UpstreamConnectionFailure,UpstreamRetryLimitExceeded");
  assert.equal(responseFlagsText(0), "-");
  assert.equal(responseFlagsLongText(0), "-");
});

test("the last flag is one bit of a 32-bit integer like the others", () => {
  assert.equal(responseFlagsText(responseFlagBit("UDO")), "UDO");
  assert.ok(responseFlagBit("UDO") > 0);
});

test("only flags that can be printed are flags", () => {
  assert.ok(isResponseFlag("DC"));
  assert.ok(!isResponseFlag("dc"));
  assert.ok(!isResponseFlag(""));
});
