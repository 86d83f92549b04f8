import http from "node:http";
import type net from "node:net";
import type { Observation, Reader, SeenRequest } from "./observation.js";
import { lastStatus, runRaw } from "./raw-run.js";

/** A server of `node:http`, whose handler is the origin. */
export class NodeReader implements Reader {
  readonly name = "Node";
  private readonly server: http.Server;
  private seen: SeenRequest[] = [];
  private activity = 0;

  private constructor() {
    this.server = http.createServer((request, response) => {
      this.onRequest(request, () => response.end());
    });
    // Without a listener Node closes the connection of whoever asks for CONNECT or an upgrade.
    this.server.on("connect", (request, socket) => {
      this.onRequest(request, () => socket.end());
    });
  }

  static start(): Promise<NodeReader> {
    const reader = new NodeReader();
    return new Promise((resolve) => reader.server.listen(0, "127.0.0.1", () => resolve(reader)));
  }

  async observe(input: string, quietMs: number): Promise<Observation> {
    this.seen = [];
    const { port } = this.server.address() as net.AddressInfo;
    const { received, ended } = await runRaw(port, input, quietMs, () => this.activity);
    return { requests: this.seen, status: lastStatus(received), ended, details: "" };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private onRequest(request: http.IncomingMessage, answer: () => void): void {
    const seen = this.seen;
    let body = "";
    this.activity++;
    request.on("data", (data: Buffer) => {
      body += data.toString("latin1");
      this.activity++;
    });
    request.on("end", () => {
      this.activity++;
      seen.push({ method: request.method ?? "", ...targetOf(request), body });
      answer();
    });
    request.on("error", () => {});
  }
}

/** RFC 9112 3.2.2: what a server makes of an absolute form, which Node leaves to its user. */
function targetOf(request: http.IncomingMessage): { target: string; host: string } {
  const url = request.url ?? "";
  const host = request.headers.host ?? "";
  const match = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url);
  if (match === null) return { target: url, host };
  const [, authority = "", rest = ""] = match;
  if (rest === "") return { target: request.method === "OPTIONS" ? "*" : "/", host: authority };
  return { target: rest.startsWith("/") ? rest : `/${rest}`, host: authority };
}
