type Half = "idle" | "active" | "done";

/**
 * One request and its response on an HTTP/1 connection, seen from either end: two halves that go on by themselves, and
 * meet only in the question whether the connection may be used again (RFC 9112 9.3).
 */
export class Exchange {
  private request: Half = "idle";
  private response: Half = "idle";
  private keepAlive = true;

  get requestDone(): boolean {
    return this.request === "done";
  }

  get responseStarted(): boolean {
    return this.response !== "idle";
  }

  get responseDone(): boolean {
    return this.response === "done";
  }

  get mayKeepAlive(): boolean {
    return this.keepAlive;
  }

  /** Both halves are done and neither side asked to close. */
  get reusable(): boolean {
    return this.keepAlive && this.request === "done" && this.response === "done";
  }

  startRequest(): void {
    this.request = "active";
  }

  finishRequest(): void {
    this.request = "done";
  }

  startResponse(): void {
    this.response = "active";
  }

  finishResponse(): void {
    this.response = "done";
  }

  /** What the exchange was for has been agreed on; from here both halves last until their side has ended. */
  startTunnel(): void {
    this.request = "active";
    this.response = "active";
  }

  /** The connection ends with this exchange. */
  forbidReuse(): void {
    this.keepAlive = false;
  }

  /** Ready for the next exchange; only after `reusable`. */
  reset(): void {
    this.request = "idle";
    this.response = "idle";
  }
}
