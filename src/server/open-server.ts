import { chmodSync, rmSync } from "node:fs";
import net from "node:net";
import type { Address } from "../network/address.js";

/** Where to listen, and what is there already. */
export interface ListenRequest {
  readonly listenerIndex: number;
  readonly address: Address;
  /** 0 leaves it to Node. */
  readonly backlog: number;
  /** A descriptor that another thread listens on, to be shared; null to open one. */
  readonly fd: number | null;
  /** Several threads bind the same address, each with a queue of its own. */
  readonly reusePort: boolean;
}

export interface ListenResult {
  readonly address: Address;
  /** For other threads to share; null where sockets cannot be shared by number. */
  readonly fd: number | null;
}

/** Opens a listening server whose connections are handed over untouched. Rejects when the address cannot be had. */
export async function openServer(request: ListenRequest): Promise<net.Server> {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
  const { address } = request;
  const backlog = request.backlog > 0 ? { backlog: request.backlog } : {};
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.removeListener("error", reject);
      resolve();
    });
    if (request.fd !== null) server.listen({ fd: request.fd, ...backlog });
    else if (address.kind === "pipe") {
      // A path that a crashed process left behind would make the address unusable for ever.
      rmSync(address.path, { force: true });
      server.listen({ path: address.path, ...backlog });
    } else {
      const options = { host: address.host, port: address.port, exclusive: true, ...backlog };
      server.listen(request.reusePort ? { ...options, reusePort: true } : options);
    }
  });
  try {
    if (request.fd === null) setPermissions(address);
  } catch (error) {
    server.close();
    throw error;
  }
  return server;
}

/** Of the file that listening on a pipe made. Throws where the file system has no permissions to set. */
export function setPermissions(address: Address): void {
  if (address.kind === "pipe" && address.mode !== undefined) chmodSync(address.path, address.mode);
}

/** What a server was bound to. @param asked for what `address()` does not say of a shared descriptor */
export function boundAddress(server: net.Server, asked: Address): Address {
  const bound = server.address();
  if (bound === null || typeof bound === "string") return asked;
  return { kind: "ip", host: bound.address, port: bound.port };
}

/** The descriptor of a server, null where Node does not show one. */
export function descriptorOf(server: net.Server): number | null {
  const handle = (server as net.Server & { _handle?: { fd?: unknown } | null })._handle;
  const fd = handle?.fd;
  return typeof fd === "number" && fd >= 0 ? fd : null;
}
