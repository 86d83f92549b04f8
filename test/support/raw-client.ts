import net from "node:net";
import { DEFAULT_WAIT_MS } from "./byte-inbox.js";
import type { CleanUp } from "./clean-up.js";
import { type ReadResponseOptions, type ResponseMessage, readResponse } from "./http-message.js";
import { RawConnection } from "./raw-connection.js";

export interface RawClientOptions {
  readonly host?: string;
  /** Does not answer the proxy's FIN with its own, as clients do that are still sending. */
  readonly halfOpen?: boolean;
}

/**
 * A client on a real socket that takes nothing for granted in what comes back.
 *
 * ```ts
 * const client = await RawClient.connect(t, proxy.port);
 * client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
 * const response = await client.response();
 * assert.equal(response.status, 200);
 * await client.expectClose();
 * ```
 */
export class RawClient extends RawConnection {
  private constructor(socket: net.Socket) {
    super("client", socket);
  }

  /** Connects to a port of the loopback interface; the connection is closed when the test is over. */
  static connect(t: CleanUp, port: number, options: RawClientOptions = {}): Promise<RawClient> {
    const host = options.host ?? "127.0.0.1";
    const socket = net.connect({ port, host, allowHalfOpen: options.halfOpen ?? false, noDelay: true });
    t.after(() => {
      socket.destroy();
    });
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const timer = setTimeout(
        () => fail(new Error(`client: no connection to ${host}:${port} within ${DEFAULT_WAIT_MS} ms`)),
        DEFAULT_WAIT_MS,
      );
      socket.once("error", fail);
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.off("error", fail);
        resolve(new RawClient(socket));
      });
    });
  }

  /** The next response, an interim one (1xx) included. Fails when it is not well-formed, or not complete in time. */
  response(options: ReadResponseOptions = {}, timeoutMs?: number): Promise<ResponseMessage> {
    return this.inbox.waitFor(
      "a complete response",
      (bytes, ended) => {
        const value = readResponse(bytes, { ...options, ended });
        return value === null ? null : { value, length: value.raw.length };
      },
      timeoutMs,
    );
  }
}
