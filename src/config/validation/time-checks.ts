import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { DurationRules, TimestampRules } from "../../gen/validate/validate_pb.js";
import { isMessageValue } from "../decode/message-access.js";
import { numberChecks } from "./range-checks.js";
import type { ValueCheck } from "./value-check.js";

const NANOS = 1_000_000_000n;

/** `required` is not here: it concerns the field and not a value. */
export function durationChecks(rules: DurationRules): ValueCheck[] {
  return onNanos(
    numberChecks(
      {
        const: nanosOrNone(rules.const),
        lt: nanosOrNone(rules.lt),
        lte: nanosOrNone(rules.lte),
        gt: nanosOrNone(rules.gt),
        gte: nanosOrNone(rules.gte),
        in: rules.in.map(nanosOf),
        notIn: rules.notIn.map(nanosOf),
      },
      (nanos) => `${Number(nanos) / Number(NANOS)}s`,
    ),
  );
}

/** Rules relative to the time of loading (`lt_now`, `gt_now`, `within`) are used by no proto of Envoy. */
export function timestampChecks(rules: TimestampRules): ValueCheck[] {
  return onNanos(
    numberChecks(
      {
        const: nanosOrNone(rules.const),
        lt: nanosOrNone(rules.lt),
        lte: nanosOrNone(rules.lte),
        gt: nanosOrNone(rules.gt),
        gte: nanosOrNone(rules.gte),
        in: [],
        notIn: [],
      },
      (nanos) => new Date(Number(BigInt(nanos) / 1_000_000n)).toISOString(),
    ),
  );
}

function onNanos(checks: readonly ValueCheck[]): ValueCheck[] {
  return checks.map((check) => (value) => check(isMessageValue(value) ? nanosOf(value as Duration) : value));
}

function nanosOf(time: Duration | Timestamp): bigint {
  return time.seconds * NANOS + BigInt(time.nanos);
}

function nanosOrNone(time: Duration | Timestamp | undefined): bigint | undefined {
  return time === undefined ? undefined : nanosOf(time);
}
