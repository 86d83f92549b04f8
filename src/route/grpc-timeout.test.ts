import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderMap } from "../http/headers/header-map.js";
import { cappedGrpcTimeoutMs, grpcTimeoutMs, grpcTimeoutText, streamDurationMs } from "./grpc-timeout.js";

function asking(timeout: string | null): HeaderMap {
  const headers = new HeaderMap();
  if (timeout !== null) headers.add("grpc-timeout", timeout);
  return headers;
}

test("grpc-timeout in all units", () => {
  const cases = { "1H": 3_600_000, "2M": 120_000, "3S": 3_000, "4m": 4, "5000u": 5, "1u": 1, "1n": 1, "0m": 0 };
  for (const [text, ms] of Object.entries(cases)) assert.equal(grpcTimeoutMs(asking(text)), ms, text);
  for (const text of ["", "1", "m", "-1m", "1.5S", "123456789m", "1x"]) assert.equal(grpcTimeoutMs(asking(text)), null);
  assert.equal(grpcTimeoutMs(asking(null)), null);
});

test("what is told of it has room for eight digits", () => {
  assert.equal(grpcTimeoutText(99_999_999), "99999999m");
  assert.equal(grpcTimeoutText(100_000_000), "100000S");
  assert.equal(grpcTimeoutText(1e15), "99999999M");
});

test("max_grpc_timeout caps; 0 is no limit, an offset never makes one of a limit", () => {
  const capped = (timeout: string | null, maxMs: number, offsetMs = 0) =>
    cappedGrpcTimeoutMs({ maxMs, offsetMs }, asking(timeout));
  assert.equal(capped("5S", 3_000), 3_000);
  assert.equal(capped("1S", 3_000), 1_000);
  assert.equal(capped(null, 3_000), 3_000);
  assert.equal(capped(null, 0), 0);
  assert.equal(capped("5S", 0), 5_000);
  assert.equal(capped("5S", 0, 1_000), 4_000);
  assert.equal(capped("1S", 0, 1_000), 1_000);
});

test("the duration of a stream", () => {
  const config = { durationMs: 7, grpcHeaderMaxMs: 3_000, grpcHeaderOffsetMs: 500 };
  assert.equal(streamDurationMs(config, asking(null)), 7);
  assert.equal(streamDurationMs(config, asking("5S")), 2_500);
  assert.equal(streamDurationMs(config, asking("1S")), 500);
  assert.equal(streamDurationMs(config, asking("100m")), 1);
  assert.equal(streamDurationMs({ ...config, grpcHeaderMaxMs: 0 }, asking("5S")), 4_500);
  assert.equal(streamDurationMs({ ...config, grpcHeaderMaxMs: null }, asking("5S")), 7);
  assert.equal(
    streamDurationMs({ durationMs: null, grpcHeaderMaxMs: null, grpcHeaderOffsetMs: null }, asking(null)),
    null,
  );
});
