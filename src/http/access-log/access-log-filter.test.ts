import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessLogFilterConfig, ComparisonConfig } from "../../stream-info/access-log-config.js";
import { responseFlagBit } from "../../stream-info/response-flag.js";
import { bareContext } from "../formatter/log-context.test.support.js";
import { compileFilter } from "./access-log-filter.js";

const COMPARISONS: readonly (readonly [ComparisonConfig["op"], readonly [boolean, boolean, boolean]])[] = [
  ["eq", [false, true, false]],
  ["ge", [false, true, true]],
  ["le", [true, true, false]],
  ["ne", [true, false, true]],
];

for (const [op, expected] of COMPARISONS) {
  test(`status codes and durations below, at and above the value: ${op}`, () => {
    const status = compileFilter({ kind: "statusCode", comparison: { op, value: 500 } });
    const duration = compileFilter({ kind: "duration", comparison: { op, value: 500 } });
    for (const [index, value] of [499, 500, 501].entries()) {
      const context = bareContext();
      context.streamInfo.responseCode = value;
      context.streamInfo.endTimeMs = context.streamInfo.startTimeMs + value + 0.9;
      assert.equal(status.evaluate(context), expected[index]);
      assert.equal(duration.evaluate(context), expected[index]);
    }
  });
}

test("a stream without a response has status 0, one that lasts its age", () => {
  const context = bareContext();
  context.ageMs = 1000;
  assert.ok(compileFilter({ kind: "statusCode", comparison: { op: "eq", value: 0 } }).evaluate(context));
  assert.ok(compileFilter({ kind: "duration", comparison: { op: "ge", value: 1000 } }).evaluate(context));
});

test("health checks are left out", () => {
  const filter = compileFilter({ kind: "notHealthCheck" });
  const context = bareContext();
  assert.ok(filter.evaluate(context));
  context.isHealthCheck = true;
  assert.ok(!filter.evaluate(context));
});

test("response flags: any of those named, or any at all", () => {
  const named = compileFilter({ kind: "responseFlag", flags: ["UF", "UO"] });
  const any = compileFilter({ kind: "responseFlag", flags: [] });
  const context = bareContext();
  assert.deepEqual([named.evaluate(context), any.evaluate(context)], [false, false]);
  context.streamInfo.setResponseFlag(responseFlagBit("NR"));
  assert.deepEqual([named.evaluate(context), any.evaluate(context)], [false, true]);
  context.streamInfo.setResponseFlag(responseFlagBit("UO"));
  assert.deepEqual([named.evaluate(context), any.evaluate(context)], [true, true]);
  assert.throws(() => compileFilter({ kind: "responseFlag", flags: ["XX"] }), RangeError);
});

test("and, or", () => {
  const yes: AccessLogFilterConfig = { kind: "notHealthCheck" };
  const no: AccessLogFilterConfig = { kind: "responseFlag", flags: [] };
  const context = bareContext();
  for (const [filters, and, or] of [
    [[yes, yes], true, true],
    [[yes, no], false, true],
    [[no, yes], false, true],
    [[no, no], false, false],
  ] as const) {
    assert.equal(compileFilter({ kind: "and", filters }).evaluate(context), and);
    assert.equal(compileFilter({ kind: "or", filters }).evaluate(context), or);
  }
});
