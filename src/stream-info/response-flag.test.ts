import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isResponseFlag,
  type ResponseFlag,
  responseFlagBit,
  responseFlagsLongText,
  responseFlagsText,
  withFlag,
} from "./response-flag.js";

function sequenceOf(flags: readonly ResponseFlag[]): number {
  return flags.reduce((sequence, flag) => withFlag(sequence, responseFlagBit(flag)), 0);
}

test("flags print in the order they were set in", () => {
  assert.equal(responseFlagsText(sequenceOf(["URX", "UF"])), "URX,UF");
  assert.equal(responseFlagsText(sequenceOf(["UF", "URX"])), "UF,URX");
  assert.equal(
    responseFlagsLongText(sequenceOf(["URX", "UF"])),
    "UpstreamRetryLimitExceeded,UpstreamConnectionFailure",
  );
  assert.equal(responseFlagsText(0), "-");
  assert.equal(responseFlagsLongText(0), "-");
});

test("the first and the last flag print like the others", () => {
  assert.equal(responseFlagsText(sequenceOf(["UDO", "LH"])), "UDO,LH");
  assert.ok(responseFlagBit("UDO") > 0);
});

test("ten flags are remembered", () => {
  const flags: ResponseFlag[] = ["UDO", "DR", "DO", "DF", "OM", "NC", "UPE", "DT", "NFCF", "RFCF", "UMSDR"];
  assert.equal(responseFlagsText(sequenceOf(flags)), flags.slice(0, 10).join(","));
});

test("only flags that can be printed are flags", () => {
  assert.ok(isResponseFlag("DC"));
  assert.ok(!isResponseFlag("dc"));
  assert.ok(!isResponseFlag(""));
});
