import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import type { AccessLogFilterConfig, ComparisonConfig } from "../../stream-info/access-log-config.js";
import { DynamicMetadata } from "../../stream-info/dynamic-metadata.js";
import { responseFlagBit } from "../../stream-info/response-flag.js";
import { bareContext } from "../formatter/log-context.test.support.js";
import { HeaderMap } from "../headers/header-map.js";
import { type AccessLogFilter, compileFilter as compile } from "./access-log-filter.js";

function compileFilter(config: AccessLogFilterConfig): AccessLogFilter {
  return compile(config, new SeededRandom(1));
}

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

test("headers of the request", () => {
  const value = { kind: "string", matcher: { kind: "prefix", value: "b", ignoreCase: false } } as const;
  const matcher = { name: "x-a", value, invert: false, treatMissingAsEmpty: false };
  const filter = compileFilter({ kind: "header", matcher });
  const context = bareContext();
  assert.ok(!filter.evaluate(context));
  context.requestHeaders.add("x-a", "bc");
  assert.ok(filter.evaluate(context));
});

test("gRPC statuses: from the trailers, the headers, or what the HTTP status means", () => {
  const unavailable = compileFilter({ kind: "grpcStatus", statuses: [14], exclude: false });
  const others = compileFilter({ kind: "grpcStatus", statuses: [14], exclude: true });
  const context = bareContext();
  assert.deepEqual([unavailable.evaluate(context), others.evaluate(context)], [false, true]);
  context.streamInfo.responseCode = 503;
  assert.deepEqual([unavailable.evaluate(context), others.evaluate(context)], [true, false]);
  context.responseTrailers = new HeaderMap();
  context.responseTrailers.add("grpc-status", "0");
  assert.deepEqual([unavailable.evaluate(context), others.evaluate(context)], [false, true]);
});

test("a response without any status is unknown to gRPC", () => {
  assert.ok(compileFilter({ kind: "grpcStatus", statuses: [2], exclude: false }).evaluate(bareContext()));
});

test("the occasion of the line", () => {
  const starts = compileFilter({ kind: "logType", types: ["DownstreamStart"], exclude: false });
  const others = compileFilter({ kind: "logType", types: ["DownstreamStart"], exclude: true });
  const context = bareContext();
  assert.deepEqual([starts.evaluate(context), others.evaluate(context)], [false, true]);
  context.logType = "DownstreamStart";
  assert.deepEqual([starts.evaluate(context), others.evaluate(context)], [true, false]);
});

test("nothing is traceable", () => {
  assert.ok(!compileFilter({ kind: "traceable" }).evaluate(bareContext()));
});

test("a share by request id is the same for every proxy", () => {
  const half = compileFilter({ kind: "runtime", numerator: 50, denominator: 100, independentRandomness: false });
  const context = bareContext();
  // 0x00000031 is 49, 0x00000032 is 50, 0x00000064 is 100.
  for (const [digits, passes] of [
    ["00000031", true],
    ["00000032", false],
    ["00000064", true],
  ] as const) {
    context.requestHeaders.set("x-request-id", `${digits}-0000-4000-8000-000000000000`);
    assert.equal(half.evaluate(context), passes, digits);
  }
});

test("a share by chance where there is no request id, or none is wanted", () => {
  for (const independentRandomness of [false, true]) {
    const config = { kind: "runtime", denominator: 10_000, independentRandomness } as const;
    const context = bareContext();
    if (independentRandomness) context.requestHeaders.set("x-request-id", "00000000-0000-4000-8000-000000000000");
    const passed = (numerator: number): number => {
      const filter = compileFilter({ ...config, numerator });
      return Array.from({ length: 1000 }, () => filter.evaluate(context)).filter(Boolean).length;
    };
    assert.equal(passed(0), 0);
    assert.equal(passed(10_000), 1000);
    const half = passed(5_000);
    assert.ok(half > 400 && half < 600, String(half));
  }
});

test("what filters have left for the stream", () => {
  const value = { kind: "bool", value: true } as const;
  const config = { kind: "metadata", namespace: "auth", path: ["user", "known"], value } as const;
  const context = bareContext();
  const evaluate = (invert: boolean, matchIfNotFound: boolean): boolean =>
    compileFilter({ ...config, invert, matchIfNotFound }).evaluate(context);
  assert.deepEqual([evaluate(false, true), evaluate(false, false)], [true, false]);
  context.streamInfo.dynamicMetadata = new DynamicMetadata();
  context.streamInfo.dynamicMetadata.set("auth", "user", { known: true });
  assert.deepEqual([evaluate(false, false), evaluate(true, true)], [true, false]);
  context.streamInfo.dynamicMetadata.set("auth", "user", { known: false });
  assert.deepEqual([evaluate(false, true), evaluate(true, false)], [false, true]);
});
