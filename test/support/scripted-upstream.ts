import assert from "node:assert/strict";
import net from "node:net";
import { DEFAULT_WAIT_MS } from "./byte-inbox.js";
import type { CleanUp } from "./clean-up.js";
import { type RequestMessage, readRequest } from "./http-message.js";
import { RawConnection } from "./raw-connection.js";

/** Answers one request with raw bytes, or with null when it has sent or closed something itself. */
export type UpstreamHandler = (
  request: RequestMessage,
  connection: UpstreamConnection,
) => string | Buffer | null | Promise<string | Buffer | null>;

export interface ScriptedUpstreamOptions {
  /** Answers every request by itself; without it the test takes each connection with `accept`. */
  readonly handler?: UpstreamHandler;
  readonly host?: string;
}

/** One connection that the proxy made to a scripted upstream. */
export class UpstreamConnection extends RawConnection {
  constructor(index: number, socket: net.Socket) {
    super(`upstream connection ${index}`, socket);
  }

  /** The next complete request. Fails when it is not well-formed. */
  request(timeoutMs?: number): Promise<RequestMessage> {
    return this.inbox.waitFor(
      "a complete request",
      (bytes) => {
        const value = readRequest(bytes);
        return value === null ? null : { value, length: value.raw.length };
      },
      timeoutMs,
    );
  }

  /** The next head, which must begin with `start`; returns all of it. A body stays to be read. */
  async expectHead(start: string, timeoutMs?: number): Promise<string> {
    const head = await this.readUntil("\r\n\r\n", timeoutMs);
    assert.equal(head.slice(0, start.length), start);
    return head;
  }

  /** Answers requests until the connection ends. A request that is not well-formed rejects. */
  async serve(handler: UpstreamHandler): Promise<void> {
    for (;;) {
      const request = await this.inbox.waitForOrEnd("a complete request", (bytes) => {
        const value = readRequest(bytes);
        return value === null ? null : { value, length: value.raw.length };
      });
      if (request === null) return;
      const answer = await handler(request, this);
      if (answer !== null) this.send(answer);
    }
  }
}

/**
 * An origin server on a real socket, port 0 of the loopback interface, that sends exactly the bytes it is given.
 *
 * ```ts
 * const upstream = await ScriptedUpstream.start(t);
 * const connection = await upstream.accept();
 * await connection.expectHead("GET / HTTP/1.1\r\nhost: a\r\n");
 * connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
 * ```
 */
export class ScriptedUpstream {
  /** All connections so far, in order. */
  readonly connections: UpstreamConnection[] = [];
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private readonly handler: UpstreamHandler | null;
  /** What went wrong in autonomous mode; it fails the test when it is over. */
  private readonly failures: unknown[] = [];
  private taken = 0;
  private wake: () => void = () => {};

  private constructor(server: net.Server, handler: UpstreamHandler | null) {
    this.server = server;
    this.handler = handler;
    server.on("connection", (socket) => this.onConnection(socket));
  }

  static async start(t: CleanUp, options: ScriptedUpstreamOptions = {}): Promise<ScriptedUpstream> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    const upstream = new ScriptedUpstream(server, options.handler ?? null);
    t.after(() => upstream.stop());
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port: 0, host: options.host ?? "127.0.0.1" }, resolve);
    });
    return upstream;
  }

  get port(): number {
    const address = this.server.address();
    assert.ok(address !== null && typeof address === "object", "the upstream is not listening");
    return address.port;
  }

  /** The next connection that was not taken yet. */
  async accept(timeoutMs = DEFAULT_WAIT_MS): Promise<UpstreamConnection> {
    assert.equal(this.handler, null, "an upstream with a handler keeps its connections to itself");
    if (this.taken >= this.connections.length) await this.nextConnection(timeoutMs);
    return this.connections[this.taken++] as UpstreamConnection;
  }

  /** Refuses connections from now on; those that stand go on. */
  close(): void {
    this.server.close();
  }

  private nextConnection(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const before = this.connections.length;
        reject(new Error(`upstream: no further connection within ${timeoutMs} ms; there were ${before}`));
      }, timeoutMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private onConnection(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    const connection = new UpstreamConnection(this.connections.length, socket);
    this.connections.push(connection);
    if (this.handler === null) this.wake();
    else this.serve(connection, this.handler);
  }

  private serve(connection: UpstreamConnection, handler: UpstreamHandler): void {
    connection.serve(handler).then(
      () => connection.end(),
      (error: unknown) => {
        this.failures.push(error);
        connection.reset();
      },
    );
  }

  private stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    if (this.failures.length > 0) throw this.failures[0];
  }
}
