import type { Dispatcher } from "../../event/dispatcher.js";

/** The `date` field (RFC 9110 6.6.1), made once a second. */
export class DateHeader {
  private readonly dispatcher: Dispatcher;
  private second = -1;
  private text = "";

  constructor(dispatcher: Dispatcher) {
    this.dispatcher = dispatcher;
  }

  get value(): string {
    const now = this.dispatcher.wallClockMs();
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      this.second = second;
      this.text = new Date(now).toUTCString();
    }
    return this.text;
  }
}
