import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { type ClientOptions, type RawData, WebSocket, WebSocketServer } from "ws";
import type { CleanUp } from "../support/clean-up.js";
import { proxyConfig } from "../support/proxy-config.js";
import { SluiceProcess } from "../support/sluice-process.js";

const MIB = 1024 * 1024;
const LOG = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT%";

/** What one end of a WebSocket gets, in order: messages, pings and pongs. */
class Received {
  private readonly events: string[] = [];
  private waiting: (() => void) | null = null;

  constructor(socket: WebSocket) {
    socket.on("message", (data, isBinary) => this.add(`${isBinary ? "binary" : "text"} ${digest(data)}`));
    socket.on("ping", (data) => this.add(`ping ${data}`));
    socket.on("pong", (data) => this.add(`pong ${data}`));
  }

  private add(event: string): void {
    this.events.push(event);
    this.waiting?.();
  }

  async next(): Promise<string> {
    while (this.events.length === 0) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
    return this.events.shift() as string;
  }
}

/** A message as a short text: itself, or its size with a checksum. */
function digest(data: RawData): string {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
  if (bytes.length < 100) return bytes.toString("latin1");
  let sum = 0;
  for (const byte of bytes) sum = (sum * 31 + byte) | 0;
  return `${bytes.length} bytes ${sum}`;
}

interface Echo {
  readonly port: number;
  /** The server's ends, in the order in which they came. */
  readonly sockets: WebSocket[];
  readonly paths: string[];
}

/** A WebSocket server that sends every message back as it came. */
async function startEcho(t: CleanUp): Promise<Echo> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  await once(server, "listening");
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const sockets: WebSocket[] = [];
  const paths: string[] = [];
  server.on("connection", (socket, request) => {
    sockets.push(socket);
    paths.push(request.url ?? "");
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return { port: (server.address() as AddressInfo).port, sockets, paths };
}

interface Passage {
  readonly sluice: SluiceProcess;
  readonly echo: Echo;
  connect(path?: string, protocols?: string[], options?: ClientOptions): Promise<WebSocket>;
}

async function startPassage(t: TestContext): Promise<Passage> {
  const echo = await startEcho(t);
  const connectionManager = { upgrade_configs: [{ upgrade_type: "websocket" }] };
  const sluice = await SluiceProcess.start(
    t,
    proxyConfig({ upstreamPorts: [echo.port], connectionManager, accessLog: LOG }),
  );
  const connect = async (path = "/", protocols: string[] = [], options: ClientOptions = {}): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${sluice.port}${path}`, protocols, options);
    t.after(() => socket.terminate());
    await once(socket, "open");
    socket.on("error", () => {});
    return socket;
  };
  return { sluice, echo, connect };
}

/** Waits until the proxy has logged so many streams. */
async function logLines(sluice: SluiceProcess, count: number): Promise<string[]> {
  return (await sluice.stdout.waitForLines(count)).slice(0, count);
}

test("text and binary messages, empty ones, and fragments come back as they went", async (t) => {
  const { connect, echo } = await startPassage(t);
  const socket = await connect("/chat?room=1", ["chat", "other"]);
  const received = new Received(socket);
  assert.equal(socket.protocol, "chat");
  assert.deepEqual(echo.paths, ["/chat?room=1"]);
  socket.send("hello");
  socket.send(Buffer.from([0, 1, 255]));
  socket.send("");
  socket.send("frag", { fin: false });
  socket.send("men", { fin: false });
  socket.send("ted", { fin: true });
  assert.equal(await received.next(), "text hello");
  assert.equal(await received.next(), "binary \x00\x01\xff");
  assert.equal(await received.next(), "text ");
  assert.equal(await received.next(), "text fragmented");
});

test("pings are answered through the proxy, in both directions", async (t) => {
  const { connect, echo } = await startPassage(t);
  const socket = await connect();
  const received = new Received(socket);
  socket.ping("from client");
  assert.equal(await received.next(), "pong from client");
  const server = echo.sockets[0] as WebSocket;
  const atServer = new Received(server);
  server.ping("from server");
  assert.equal(await received.next(), "ping from server");
  assert.equal(await atServer.next(), "pong from server");
});

test("close codes and reasons pass in both directions, and the line is that of an orderly end", async (t) => {
  const { connect, echo, sluice } = await startPassage(t);
  const byClient = await connect();
  const ends = Promise.all([once(echo.sockets[0] as WebSocket, "close"), once(byClient, "close")]);
  byClient.close(4001, "enough");
  for (const end of await ends) assert.deepEqual(end.map(String), ["4001", "enough"]);

  const byServer = await connect();
  const atClient = once(byServer, "close");
  (echo.sockets[1] as WebSocket).close(1012, "restart");
  assert.deepEqual((await atClient).map(String), ["1012", "restart"]);

  for (const line of await logLines(sluice, 2)) assert.match(line, /^101 - via_upstream \d+ \d+$/);
  const stats = await sluice.stats();
  assert.equal(stats.get("http.main.downstream_cx_upgrades_total"), 2);
  assert.equal(stats.get("http.main.downstream_cx_upgrades_active"), 0);
  assert.equal(stats.get("cluster.upstream.upstream_cx_active"), 0);
  assert.equal(stats.get("cluster.upstream.upstream_rq_active"), 0);
  assert.equal(stats.get("cluster.upstream.upstream_cx_total"), 2, "a connection that was a tunnel is not used again");
});

test("big messages, many at once", async (t) => {
  const { connect } = await startPassage(t);
  const socket = await connect("/", [], { perMessageDeflate: false });
  const received = new Received(socket);
  const big = Buffer.alloc(8 * MIB);
  for (let i = 0; i < big.length; i++) big[i] = (i * 7 + (i >> 9)) & 0xff;
  const expected = `binary ${digest(big)}`;
  for (let i = 0; i < 4; i++) socket.send(big);
  for (let i = 0; i < 4; i++) assert.equal(await received.next(), expected);
});

test("a client that is cut off takes its upstream connection with it", async (t) => {
  const { connect, echo, sluice } = await startPassage(t);
  const socket = await connect();
  const atServer = once(echo.sockets[0] as WebSocket, "close");
  (socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
  assert.equal((await atServer)[0], 1006);
  assert.match((await logLines(sluice, 1))[0] as string, /^101 DC downstream_remote_disconnect /);
});

test("an upstream that is cut off takes its client with it", async (t) => {
  const { connect, echo, sluice } = await startPassage(t);
  const socket = await connect();
  const atClient = once(socket, "close");
  const server = echo.sockets[0] as unknown as { _socket: { resetAndDestroy(): void } };
  server._socket.resetAndDestroy();
  assert.equal((await atClient)[0], 1006);
  const [line] = await logLines(sluice, 1);
  assert.match(line as string, /^101 UC upstream_reset_after_response_started\{connection_termination\} /);
});
