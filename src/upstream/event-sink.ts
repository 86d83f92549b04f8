/** Takes the events of health checks and ejections, one line of JSON at a time. */
export interface EventSink {
  write(line: string): void;
}

/** A `google.protobuf.Timestamp` as its JSON has it: no digits after the second where they would all be 0. */
export function timestampJson(wallClockMs: number): string {
  return new Date(wallClockMs).toISOString().replace(".000Z", "Z");
}
