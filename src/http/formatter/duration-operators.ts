import { NOT_YET } from "../../stream-info/stream-info.js";
import { FormatError } from "./format-error.js";
import type { LogContext } from "./log-context.js";
import { type Operator, UnsupportedOperator } from "./operator.js";
import { elapsedMs, TIME_POINTS, type TimePoint } from "./time-points.js";

/** Units in a millisecond. */
const PRECISIONS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["us", 1e3],
  ["ns", 1e6],
]);

/** `%DURATION%` */
export class DurationOperator implements Operator {
  readonly numeric = true;

  format(context: LogContext): string {
    return String(Math.trunc(elapsedMs(context)));
  }
}

/** The time between two moments of the stream, in whole units. */
export class IntervalOperator implements Operator {
  readonly numeric = true;
  private readonly start: TimePoint;
  private readonly end: TimePoint;
  private readonly unitsPerMs: number;

  constructor(start: TimePoint, end: TimePoint, unitsPerMs: number) {
    this.start = start;
    this.end = end;
    this.unitsPerMs = unitsPerMs;
  }

  format(context: LogContext): string | null {
    const start = this.start(context.streamInfo);
    const end = this.end(context.streamInfo);
    // An upstream may answer before it has the whole request: Envoy prints no negative intervals either.
    if (start === NOT_YET || end === NOT_YET || end < start) return null;
    return String(Math.trunc((end - start) * this.unitsPerMs));
  }
}

/** `%UPSTREAM_CONNECTION_POOL_READY_DURATION%`: how long the last attempt waited for a connection. */
export function poolReadyOperator(): IntervalOperator {
  return new IntervalOperator((info) => info.attemptStartMs, TIME_POINTS.get("US_TX_BEG") as TimePoint, 1);
}

/** An operator of its own name for an interval in milliseconds, such as `%REQUEST_DURATION%`. */
export function intervalOperator(start: string, end: string): IntervalOperator {
  return new IntervalOperator(TIME_POINTS.get(start) as TimePoint, TIME_POINTS.get(end) as TimePoint, 1);
}

/** `START:END` or `START:END:PRECISION`. Envoy takes any name for a point that a filter may set; we have none of them. */
// control plane: runs when a format is compiled
export function parseCommonDuration(params: string): Operator {
  const [start = "", end = "", precision = "ms", ...rest] = params.split(":");
  if (start === "" || end === "" || rest.length > 0) {
    throw new FormatError("COMMON_DURATION takes START:END or START:END:PRECISION", 0);
  }
  const unitsPerMs = PRECISIONS.get(precision);
  if (unitsPerMs === undefined) {
    const reason = `${JSON.stringify(precision)}: the precision of COMMON_DURATION is ms, us or ns`;
    throw new FormatError(reason, start.length + end.length + 2);
  }
  const from = TIME_POINTS.get(start);
  const to = TIME_POINTS.get(end);
  if (from === undefined || to === undefined) return new UnsupportedOperator(`COMMON_DURATION(${params})`);
  return new IntervalOperator(from, to, unitsPerMs);
}
