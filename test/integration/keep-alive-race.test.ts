import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import type { CleanUp } from "../support/clean-up.js";
import { readRequest } from "../support/http-message.js";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { SluiceProcess } from "../support/sluice-process.js";

/*
 * Upstreams that end their kept connections when it pleases them, and say nothing of it before: two workers, many clients,
 * every order of events that comes of it. What may be repeated is never lost, and what may not is never seen twice.
 */

const CLIENTS = 16;
const REQUESTS_PER_CLIENT = 40;
const METHODS = ["GET", "POST", "PUT", "HEAD", "POST", "DELETE"] as const;
const WITH_BODY: readonly string[] = ["POST", "PUT"];
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/** How a connection ends that has answered some requests. */
const ENDINGS = ["end", "reset", "end at the next byte", "reset at the next byte"] as const;
type Ending = (typeof ENDINGS)[number];

/** Writes down which requests were complete. */
class FickleUpstream {
  /** By target. */
  readonly seen = new Map<string, number>();
  private readonly server = net.createServer((socket) => this.onConnection(socket));
  private readonly sockets = new Set<net.Socket>();
  private connections = 0;

  static async start(t: CleanUp): Promise<FickleUpstream> {
    const upstream = new FickleUpstream();
    await new Promise<void>((resolve) => upstream.server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      upstream.server.close();
      for (const socket of upstream.sockets) socket.destroy();
    });
    return upstream;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  private onConnection(socket: net.Socket): void {
    const index = this.connections++;
    const ending = ENDINGS[index % ENDINGS.length] as Ending;
    // Each way to end, after one request and after several.
    let answersLeft = 1 + (Math.floor(index / ENDINGS.length) % 3);
    let received = Buffer.alloc(0);
    this.sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (data) => {
      if (answersLeft === 0) {
        end(socket, ending);
        return;
      }
      received = Buffer.concat([received, data]);
      const request = readRequest(received);
      if (request === null) return;
      received = received.subarray(request.raw.length);
      this.seen.set(request.target, (this.seen.get(request.target) ?? 0) + 1);
      socket.write(OK);
      if (--answersLeft === 0 && !ending.includes("next byte")) end(socket, ending);
    });
  }
}

function end(socket: net.Socket, ending: Ending): void {
  if (ending.startsWith("reset")) socket.resetAndDestroy();
  else socket.destroySoon();
}

/** Status of each request, by its target. */
async function runClient(t: CleanUp, port: number, index: number, statuses: Map<string, number>): Promise<void> {
  const client = await RawClient.connect(t, port);
  for (let count = 0; count < REQUESTS_PER_CLIENT; count++) {
    const method = METHODS[(index + count) % METHODS.length] as string;
    const target = `/${method}/${index}/${count}`;
    const body = WITH_BODY.includes(method) ? "x".repeat(1 + ((count * 997) % 5_000)) : "";
    const length = body === "" ? "" : `content-length: ${body.length}\r\n`;
    client.send(`${method} ${target} HTTP/1.1\r\nhost: a\r\n${length}\r\n${body}`);
    const { status } = await client.response({ head: method === "HEAD" });
    statuses.set(target, status);
  }
}

test("connections that end at the moment of their reuse", async (t) => {
  const upstream = await FickleUpstream.start(t);
  const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: [upstream.port] }), ["--concurrency", "2"]);
  const statuses = new Map<string, number>();
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => runClient(t, sluice.port, index, statuses)));
  assert.equal(statuses.size, CLIENTS * REQUESTS_PER_CLIENT);
  for (const [target, status] of statuses) {
    const times = upstream.seen.get(target) ?? 0;
    if (target.startsWith("/POST/")) {
      assert.ok(times <= 1, `${target} was seen ${times} times`);
      // What was sent may have been carried out, and the client is told that nobody knows.
      assert.ok(status === 503 || (status === 200 && times === 1), `${target}: ${status}, seen ${times} times`);
    } else {
      assert.ok(status === 200 && times >= 1, `${target}: ${status}, seen ${times} times`);
    }
  }
  const stats = await sluice.stats();
  assert.ok((stats.get("cluster.upstream.upstream_rq_stale_repeated") ?? 0) > 0, "no connection was stale");
  assert.equal(stats.get("cluster.upstream.upstream_rq_active"), 0);
  assert.equal(stats.get("cluster.upstream.upstream_rq_pending_active"), 0);
});
