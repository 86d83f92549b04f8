import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";
import { DEFAULT_TIME_LAYOUT, TimeFormat } from "./time-format.js";

/** `%START_TIME(fmt)%`, `%START_TIME_LOCAL(fmt)%` */
export class StartTimeOperator implements Operator {
  readonly numeric = false;
  private readonly time: TimeFormat;

  constructor(layout: string, local: boolean) {
    this.time = new TimeFormat(layout === "" ? defaultLayout(local) : layout, local);
  }

  format(context: LogContext): string {
    return this.time.format(context.streamInfo.startWallMs);
  }
}

/** `%EMIT_TIME(fmt)%`, `%EMIT_TIME_LOCAL(fmt)%`: when the line is made. */
export class EmitTimeOperator implements Operator {
  readonly numeric = false;
  private readonly time: TimeFormat;

  constructor(layout: string, local: boolean) {
    this.time = new TimeFormat(layout === "" ? defaultLayout(local) : layout, local);
  }

  format(context: LogContext): string {
    const info = context.streamInfo;
    // The stream's own clock, so that a step of the wall clock cannot make a line earlier than its stream.
    return this.time.format(info.startWallMs + (context.nowMs() - info.startTimeMs));
  }
}

/** `Z` says UTC, which a local time is not. */
function defaultLayout(local: boolean): string {
  return local ? DEFAULT_TIME_LAYOUT.replace("Z", "%z") : DEFAULT_TIME_LAYOUT;
}
