import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Address } from "../../network/address.js";
import { setPermissions } from "../open-server.js";
import type { AdminContext } from "./admin-context.js";
import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  postRequired,
  textResponse,
} from "./admin-endpoint.js";
import { adminEndpoints } from "./admin-endpoints.js";
import { AdminList } from "./admin-list.js";

const MAX_BODY_BYTES = 64 * 1024;

/** Where the admin interface reports what its client is not told in full. */
export interface AdminLog {
  warn(message: string): void;
  error(message: string, error: unknown): void;
}

/**
 * The administration interface (`Bootstrap.admin`). It runs on the main thread and on `node:http`: it is no part of the
 * data plane, and must answer when that is overloaded. There is no authentication; `address` should be a private one.
 */
export class AdminServer {
  private readonly endpoints: AdminList;
  private readonly allowsPath: ((path: string) => boolean) | null;
  private readonly log: AdminLog;
  private readonly server: Server;

  constructor(context: AdminContext, log: AdminLog) {
    this.endpoints = new AdminList(adminEndpoints(context));
    this.allowsPath = context.allowsPath;
    this.log = log;
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Resolves to where it listens: with the port that the kernel chose, when 0 was asked for. */
  async start(address: Address): Promise<Address> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(listenOptions(address), () => {
        this.server.off("error", reject);
        // Later errors (accept failing for want of descriptors) must not end the process.
        this.server.on("error", (error) => this.log.error("admin listener failed", error));
        resolve();
      });
    });
    setPermissions(address);
    return boundAddress(this.server, address);
  }

  /** Stops listening and cuts what connections there are. May be called whether it was started or not. */
  close(): Promise<void> {
    if (!this.server.listening) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.server.close((error) => (error === undefined ? resolve() : reject(error)));
      this.server.closeAllConnections();
    });
  }

  /** Never rejects. */
  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.answer(request);
    const { afterwards } = answer;
    if (response.closed) {
      // The client is gone; what it asked for is done all the same.
      this.runAfterwards(afterwards);
      return;
    }
    response.once("close", () => this.runAfterwards(afterwards));
    response.writeHead(answer.status, {
      "content-type": answer.contentType,
      "cache-control": "no-cache, max-age=0",
      "x-content-type-options": "nosniff",
      "content-length": Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
  }

  private async answer(request: IncomingMessage): Promise<AdminResponse> {
    const method = request.method ?? "";
    const { path, query } = splitUrl(request.url ?? "/");
    if (this.allowsPath !== null && !this.allowsPath(path)) {
      this.log.warn(`admin path ${path} is not allowed`);
      return textResponse(`request to path ${path} not allowed`, 403);
    }
    const endpoint = this.endpoints.find(path);
    if (endpoint === null) return textResponse(`invalid path. ${this.endpoints.helpText()}`, 404);
    if (endpoint.mutates && method !== "POST") {
      this.log.warn(`admin path ${path} mutates state, method=${method} rather than POST`);
      return postRequired(method);
    }
    const body = endpoint.readsBody ? await readBody(request) : "";
    return body === null ? textResponse("the body is too large\n", 413) : this.run(endpoint, { method, query, body });
  }

  private async run(endpoint: AdminEndpoint, request: AdminRequest): Promise<AdminResponse> {
    try {
      return await endpoint.handle(request);
    } catch (error) {
      this.log.error(`admin path ${endpoint.path} failed`, error);
      return textResponse(`${endpoint.path} failed: ${error instanceof Error ? error.message : String(error)}\n`, 500);
    }
  }

  private runAfterwards(afterwards: (() => void) | null): void {
    try {
      afterwards?.();
    } catch (error) {
      this.log.error("admin request failed after its response", error);
    }
  }
}

/** Null when it is larger than any request to an endpoint has to be, or is not sent to its end. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > MAX_BODY_BYTES) return null;
      pieces.push(piece);
    }
  } catch {
    // The client is gone, and gets no answer.
    return null;
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** The URL is the client's: `URL` would take `//x` for a host, and throw at others. */
function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const question = url.indexOf("?");
  if (question === -1) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, question), query: new URLSearchParams(url.slice(question + 1)) };
}

function listenOptions(address: Address): { path: string } | { host: string; port: number } {
  return address.kind === "pipe" ? { path: address.path } : { host: address.host, port: address.port };
}

function boundAddress(server: Server, asked: Address): Address {
  if (asked.kind === "pipe") return asked;
  const bound = server.address() as AddressInfo;
  return { kind: "ip", host: bound.address, port: bound.port };
}
