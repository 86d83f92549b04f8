/** Takes the events of health checks and ejections, one line of JSON at a time. */
export interface EventSink {
  write(line: string): void;
}
