import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import type { DurationRules, EnumRules, TimestampRules } from "../../gen/validate/validate_pb.js";
import { DescriptorStore } from "../decode/descriptor-store.js";
import { enumChecks } from "./enum-checks.js";
import { numberChecks, type RangeRules } from "./range-checks.js";
import { firstFault, rules } from "./rules.test.support.js";
import { durationChecks, timestampChecks } from "./time-checks.js";

const NUMBERS: readonly (readonly [Partial<RangeRules>, readonly number[], readonly number[], string])[] = [
  [{ const: 5 }, [5], [4], "must be 5"],
  [{ lt: 5 }, [4], [5], "must be less than 5"],
  [{ lte: 5 }, [5], [6], "must be at most 5"],
  [{ gt: 5 }, [6], [5], "must be more than 5"],
  [{ gte: 5 }, [5], [4], "must be at least 5"],
  [{ gt: 0, lt: 10 }, [1, 9], [0, 10], "must be more than 0 and less than 10"],
  [{ gte: 200, lt: 600 }, [200, 599], [199, 600], "must be at least 200 and less than 600"],
  [{ gte: 1, lte: 1 }, [1], [0, 2], "must be at least 1 and at most 1"],
  // A range that is turned around excludes what lies between its ends.
  [{ gt: 10, lt: 5 }, [4, 11], [5, 7, 10], "must be less than 5 or more than 10"],
  [{ gte: 10, lte: 5 }, [5, 10], [6, 9], "must be at most 5 or at least 10"],
  [{ in: [1, 2] }, [1, 2], [3], "must be one of 1, 2"],
  [{ notIn: [1, 2] }, [3], [1], "must not be one of 1, 2"],
];

test("rules of numbers", () => {
  for (const [given, good, bad, fault] of NUMBERS) {
    const checks = numberChecks({ in: [], notIn: [], ...given });
    for (const value of good) assert.equal(firstFault(checks, value), null, `${fault}: ${value}`);
    for (const value of bad) assert.equal(firstFault(checks, value), fault, `${fault}: ${value}`);
  }
});

function duration(text: string): Duration {
  return rules<Duration>("google.protobuf.Duration", text);
}

const DURATIONS: readonly (readonly [JsonValue, string, string, string])[] = [
  [{ const: "1s" }, "1s", "1.1s", "must be 1s"],
  [{ gt: "0s" }, "0.000000001s", "0s", "must be more than 0s"],
  [{ gte: "0.001s" }, "0.001s", "0.0009s", "must be at least 0.001s"],
  [{ lt: "300s" }, "299.9s", "300s", "must be less than 300s"],
  [{ lte: "1s", gte: "-1s" }, "-1s", "-1.5s", "must be at least -1s and at most 1s"],
  [{ in: ["1s", "2s"] }, "2s", "3s", "must be one of 1s, 2s"],
  [{ notIn: ["1s"] }, "2s", "1s", "must not be one of 1s"],
];

test("rules of durations", () => {
  for (const [json, good, bad, fault] of DURATIONS) {
    const checks = durationChecks(rules<DurationRules>("validate.DurationRules", json));
    assert.equal(firstFault(checks, duration(good)), null, fault);
    assert.equal(firstFault(checks, duration(bad)), fault);
  }
});

test("rules of timestamps", () => {
  const checks = timestampChecks(rules<TimestampRules>("validate.TimestampRules", { gt: "2020-01-01T00:00:00Z" }));
  const time = (text: string) => rules("google.protobuf.Timestamp", text);
  assert.equal(firstFault(checks, time("2021-01-01T00:00:00Z")), null);
  assert.equal(firstFault(checks, time("2019-01-01T00:00:00Z")), "must be more than 2020-01-01T00:00:00.000Z");
});

const ENUMS: readonly (readonly [JsonValue, number, number, string])[] = [
  [{ definedOnly: true }, 1, 9, "must be one of TCP, UDP"],
  [{ const: 1 }, 1, 0, "must be UDP"],
  [{ in: [0] }, 0, 1, "must be one of TCP"],
  [{ notIn: [1] }, 0, 1, "must not be UDP"],
];

test("rules of enums speak in names", () => {
  const protocol = DescriptorStore.packed().requireMessage("envoy.config.core.v3.SocketAddress").field.protocol;
  for (const [json, good, bad, fault] of ENUMS) {
    const checks = enumChecks(rules<EnumRules>("validate.EnumRules", json), protocol?.enum);
    assert.equal(firstFault(checks, good), null, fault);
    assert.equal(firstFault(checks, bad), fault);
  }
});
