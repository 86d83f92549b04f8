import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import type { TestContext } from "node:test";
import { NodeDispatcher } from "../event/node-dispatcher.js";
import type { Address } from "./address.js";
import { NodeSocket } from "./node-socket.js";
import { NodeSocketFactory } from "./node-socket-factory.js";
import { ReadBuffers } from "./read-buffers.js";
import type { SocketError, StreamSocket, StreamSocketCallbacks } from "./stream-socket.js";

/* What tests of sockets of the operating system share; every wait is bounded. */

const WAIT_MS = 10_000;
export const MIB = 1024 * 1024;

/** Writes down the events of a socket and lets a test wait for them. */
export class SocketProbe implements StreamSocketCallbacks {
  readonly events: string[] = [];
  readonly reads: Buffer[] = [];
  readonly socket: StreamSocket;
  whenReadable: (data: Buffer) => void = () => {};
  private check: () => void = () => {};

  constructor(socket: StreamSocket) {
    this.socket = socket;
    socket.setCallbacks(this);
  }

  get received(): Buffer {
    return Buffer.concat(this.reads);
  }

  onSocketConnected(): void {
    this.note("connected");
  }

  onSocketReadable(data: Buffer): void {
    this.reads.push(Buffer.from(data));
    this.whenReadable(data);
    this.check();
  }

  onSocketWritable(): void {
    this.note("writable");
  }

  onSocketEnd(): void {
    this.note("end");
  }

  onSocketClosed(error: SocketError | null): void {
    this.note(error === null ? "closed" : `closed ${error.code}`);
  }

  private note(event: string): void {
    this.events.push(event);
    this.check();
  }

  async until(what: string, isMet: () => boolean): Promise<void> {
    await bounded(what, (done) => {
      this.check = () => {
        if (isMet()) done();
      };
      this.check();
    });
  }

  untilEvent(event: string): Promise<void> {
    return this.until(event, () => this.events.includes(event));
  }

  untilBytes(count: number): Promise<void> {
    return this.until(`${count} bytes`, () => this.reads.reduce((sum, read) => sum + read.length, 0) >= count);
  }
}

export function bounded(what: string, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} did not come within ${WAIT_MS} ms`)), WAIT_MS);
    start(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Looks once a turn of the loop. */
export async function untilTrue(what: string, isTrue: () => boolean): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  while (!isTrue()) {
    if (performance.now() > endMs) throw new Error(`${what} did not come within ${WAIT_MS} ms`);
    await new Promise(setImmediate);
  }
}

export function context() {
  return { dispatcher: new NodeDispatcher(), readBuffers: new ReadBuffers() };
}

/** A server whose connections are handed over as the proxy's listeners do it. */
export async function listen(t: TestContext, onSocket: (socket: net.Socket) => void, at: net.ListenOptions = {}) {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, onSocket);
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(at.path === undefined ? { port: 0, host: "127.0.0.1" } : at);
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const bound = server.address() as net.AddressInfo | string;
  const address: Address =
    typeof bound === "string" ? { kind: "pipe", path: bound } : { kind: "ip", host: bound.address, port: bound.port };
  return { server, address };
}

/** A raw client of `address`, closed when the test is over. */
export async function rawClient(t: TestContext, address: Address): Promise<net.Socket> {
  const target = address.kind === "ip" ? { port: address.port, host: address.host } : { path: address.path };
  const client = net.connect({ ...target, allowHalfOpen: true });
  t.after(() => client.destroy());
  client.on("error", () => {});
  await once(client, "connect");
  return client;
}

/** As a Node without the handle that `accept` wraps anew would hand the socket over. */
function withoutHandle(socket: net.Socket): net.Socket {
  return new Proxy(socket, {
    get(target, key) {
      if (key === "_handle") return undefined;
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** An accepted socket of the proxy and the raw client at its other end. */
export async function acceptedPair(t: TestContext, wrap = (socket: net.Socket): net.Socket => socket) {
  const shared = context();
  const probes: SocketProbe[] = [];
  const { address } = await listen(t, (socket) => {
    probes.push(new SocketProbe(NodeSocket.accept(shared, wrap(socket))));
  });
  const client = await rawClient(t, address);
  await untilTrue("the accept", () => probes.length > 0);
  const probe = probes[0] as SocketProbe;
  t.after(() => probe.socket.destroy());
  return { ...shared, probe, client, address };
}

/** A socket that the proxy connects, and the raw socket that a server accepted. */
export async function connectedPair(t: TestContext) {
  const shared = context();
  const accepted: net.Socket[] = [];
  const { address } = await listen(t, (socket) => {
    socket.on("error", () => {});
    accepted.push(socket);
    socket.resume();
  });
  const probe = new SocketProbe(new NodeSocketFactory(shared).connect(address));
  t.after(() => probe.socket.destroy());
  assert.deepEqual(probe.events, []);
  await probe.untilEvent("connected");
  await untilTrue("the accept", () => accepted.length > 0);
  return { ...shared, probe, peer: accepted[0] as net.Socket, address };
}

export async function readAll(socket: net.Socket, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  await bounded(`${count} bytes`, (done) => {
    socket.on("data", (data: Buffer) => {
      pieces.push(data);
      length += data.length;
      if (length >= count) done();
    });
    socket.resume();
  });
  return Buffer.concat(pieces);
}

export const WAYS: readonly (readonly [string, (socket: net.Socket) => net.Socket])[] = [
  ["wrapped anew", (socket) => socket],
  ["with `data` events", withoutHandle],
];
