import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Finding } from "./finding.js";
import { RawEnd } from "./raw-end.js";
import { readMessage, type WireMessage } from "./wire-message.js";

/** A proxy that answers the end of a connection with its own has seen it; one that does not is not waited for longer. */
const SETTLE_LIMIT_MS = 200;

/** One connection that the proxy made, and how much of it has been taken. */
export class OriginConnection extends RawEnd {
  taken = 0;

  get untaken(): string {
    return this.received.slice(this.taken);
  }
}

/** A request as the origin got it. */
export interface OriginRequest {
  readonly message: WireMessage;
  readonly connection: OriginConnection;
}

/** An origin server that records every byte and answers only what a probe tells it to. */
export class RecordingOrigin {
  readonly connections: OriginConnection[] = [];
  /** How often it was reset: what waits for a request of an earlier probe must not take one of a later. */
  private round = 0;
  private readonly server: net.Server;
  private readonly waitMs: number;

  private constructor(server: net.Server, waitMs: number) {
    this.server = server;
    this.waitMs = waitMs;
    server.on("connection", (socket) => {
      this.connections.push(new OriginConnection("the origin", socket, this.waitMs));
    });
  }

  static start(waitMs: number): Promise<RecordingOrigin> {
    const server = net.createServer({ allowHalfOpen: true });
    const origin = new RecordingOrigin(server, waitMs);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port: 0, host: "127.0.0.1" }, () => resolve(origin));
    });
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** Everything that came on any connection since the last `reset`. */
  get received(): string {
    return this.connections.map((connection) => connection.received).join("");
  }

  /** The next request that is complete. */
  request(): Promise<OriginRequest> {
    return this.next("a request", (connection) => {
      const message = readMessage(connection.untaken, { answers: null, ended: false });
      if (message !== null) connection.taken += message.length;
      return message;
    });
  }

  /** The next head; its body stays to be read from the connection. */
  head(): Promise<OriginRequest> {
    return this.next("the head of a request", (connection) => {
      const end = connection.untaken.indexOf("\r\n\r\n");
      if (end < 0) return null;
      const message = readMessage(connection.untaken, { answers: null, ended: true });
      connection.taken += end + 4;
      return message;
    });
  }

  /** All requests that have come whole, taken or not. */
  wholeRequests(): WireMessage[] {
    return this.connections.flatMap((connection) => {
      const found: WireMessage[] = [];
      let rest = connection.received;
      for (;;) {
        const message = readMessage(rest, { answers: null, ended: false });
        if (message === null) return found;
        found.push(message);
        rest = rest.slice(message.length);
      }
    });
  }

  /** Closes what the last probe has left, and forgets it. */
  async reset(): Promise<void> {
    this.round++;
    for (const connection of this.connections) connection.end();
    await this.untilAllOver();
    for (const connection of this.connections) connection.destroy();
    this.connections.length = 0;
  }

  /** No connection is accepted while `work` runs. */
  async refusing(work: () => Promise<void>): Promise<void> {
    const { port } = this;
    for (const connection of this.connections) connection.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    try {
      await work();
    } finally {
      await new Promise<void>((resolve) => this.server.listen({ port, host: "127.0.0.1" }, resolve));
    }
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async untilAllOver(): Promise<void> {
    const deadline = performance.now() + SETTLE_LIMIT_MS;
    while (performance.now() < deadline && this.connections.some(({ isOver }) => !isOver)) await sleep(2);
  }

  private async next(what: string, take: (connection: OriginConnection) => WireMessage | null): Promise<OriginRequest> {
    const { round } = this;
    const deadline = performance.now() + this.waitMs;
    while (performance.now() < deadline && round === this.round) {
      for (const connection of this.connections) {
        const message = take(connection);
        if (message !== null) return { message, connection };
      }
      await sleep(2);
    }
    throw new Finding(`the origin waited ${this.waitMs} ms in vain for ${what}`);
  }
}
