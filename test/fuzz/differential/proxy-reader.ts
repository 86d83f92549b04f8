import net from "node:net";
import { fieldValue, readMessage } from "../../conformance/wire-message.js";
import type { Observation, Reader, SeenRequest } from "./observation.js";
import { lastStatus, runRaw } from "./raw-run.js";

const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/** An origin that answers everything and closes, so that no input meets a connection of the one before. */
export class AnsweringOrigin {
  /** Whole requests since the last `take`, in the order in which they became whole. */
  private seen: SeenRequest[] = [];
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();
  /** How often anything came. */
  activity = 0;

  private constructor(server: net.Server) {
    this.server = server;
    server.on("connection", (socket) => this.onConnection(socket));
  }

  static start(): Promise<AnsweringOrigin> {
    const origin = new AnsweringOrigin(net.createServer());
    return new Promise((resolve, reject) => {
      origin.server.once("error", reject);
      origin.server.listen({ port: 0, host: "127.0.0.1" }, () => resolve(origin));
    });
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  take(): SeenRequest[] {
    const { seen } = this;
    this.seen = [];
    for (const socket of this.sockets) socket.destroy();
    return seen;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private onConnection(socket: net.Socket): void {
    let received = "";
    let answered = false;
    this.activity++;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    socket.on("data", (data: Buffer) => {
      received += data.toString("latin1");
      this.activity++;
      const request = answered ? null : seenRequest(received);
      if (request === null) return;
      answered = true;
      this.seen.push(request);
      socket.end(ANSWER);
    });
  }
}

function seenRequest(received: string): SeenRequest | null {
  const message = readMessage(received, { answers: null, ended: false });
  if (message === null) return null;
  const [method = "", target = ""] = message.startLine.split(" ");
  return { method, target, host: fieldValue(message.fields, "host") ?? "", body: message.body };
}

/** A proxy that runs as a process of its own, in front of an origin. */
export class ProxyReader implements Reader {
  readonly name: string;
  private readonly port: number;
  private readonly origin: AnsweringOrigin;
  private readonly stop: () => Promise<void>;
  private readonly details: (status: number) => Promise<string>;

  /** @param details what the proxy's log says of the request that was answered with the status, the last one */
  constructor(
    name: string,
    port: number,
    origin: AnsweringOrigin,
    stop: () => Promise<void>,
    details: (status: number) => Promise<string> = () => Promise.resolve(""),
  ) {
    this.name = name;
    this.port = port;
    this.origin = origin;
    this.stop = stop;
    this.details = details;
  }

  async observe(input: string, quietMs: number): Promise<Observation> {
    this.origin.take();
    const { received, ended } = await runRaw(this.port, input, quietMs, () => this.origin.activity);
    const requests = this.origin.take();
    const status = lastStatus(received);
    return { requests, status, ended, details: await this.details(status) };
  }

  async close(): Promise<void> {
    await this.stop();
    await this.origin.close();
  }
}
