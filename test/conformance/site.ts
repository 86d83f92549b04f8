import net from "node:net";
import { Finding } from "./finding.js";
import { RawEnd } from "./raw-end.js";
import type { OriginRequest, RecordingOrigin } from "./recording-origin.js";
import { readMessage, statusOf, type WireMessage } from "./wire-message.js";

/** A client of the proxy under test. */
export class SiteClient extends RawEnd {
  private taken = 0;

  /** What came and has not been taken as a response. */
  get untaken(): string {
    return this.received.slice(this.taken);
  }

  /** The next response, an interim one included, whole or cut short by the end of the connection. */
  response(method = "GET"): Promise<WireMessage> {
    return this.until("a response", () => {
      const message = readMessage(this.untaken, { answers: method, ended: this.isOver });
      if (message === null && this.isOver) {
        const rest = this.untaken === "" ? "without a response" : `behind ${JSON.stringify(this.untaken.slice(0, 60))}`;
        throw new Finding(`the client's connection ended ${rest}`);
      }
      if (message !== null) this.taken += message.length;
      return message;
    });
  }

  /** The next response that is no interim one. */
  async finalResponse(method = "GET"): Promise<WireMessage> {
    for (;;) {
      const message = await this.response(method);
      const status = statusOf(message);
      if (status >= 200 || status === 101 || status === 0) return message;
    }
  }
}

/** Where one probe takes place: the proxy, the origin behind it, and the clients that the probe makes. */
export class Site {
  readonly origin: RecordingOrigin;
  private readonly port: number;
  private readonly waitMs: number;
  private readonly clients: SiteClient[] = [];

  constructor(port: number, origin: RecordingOrigin, waitMs: number) {
    this.port = port;
    this.origin = origin;
    this.waitMs = waitMs;
  }

  client(): Promise<SiteClient> {
    const socket = net.connect({ port: this.port, host: "127.0.0.1", allowHalfOpen: true });
    const client = new SiteClient("the client", socket, this.waitMs);
    this.clients.push(client);
    return new Promise((resolve, reject) => {
      socket.once("error", (cause) => reject(new Finding("the proxy takes no connection", { cause })));
      socket.once("connect", () => resolve(client));
    });
  }

  /** A client that has sent a request, and the request as the origin got it. */
  async exchange(request: string): Promise<{ client: SiteClient; got: OriginRequest }> {
    const client = await this.client();
    client.send(request);
    return { client, got: await this.origin.request() };
  }

  /** As `exchange`, and the final response to it. */
  async answered(
    request: string,
    reply: string,
  ): Promise<{ client: SiteClient; response: WireMessage; got: OriginRequest }> {
    const { client, got } = await this.exchange(request);
    got.connection.send(reply);
    return { client, got, response: await client.finalResponse(got.message.startLine.split(" ")[0]) };
  }

  /** Ends what the probe has begun. */
  async clear(): Promise<void> {
    for (const client of this.clients) client.destroy();
    this.clients.length = 0;
    await this.origin.reset();
  }
}
