import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../../test/support/seeded-random.js";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import { fieldsOf, pattern, RouterRun, statusOf } from "./router.test.support.js";

/*
 * Clients and upstreams that do anything in any order, through small windows and limits: no byte of one request turns up
 * in another, whatever was stopped goes on, and nothing is left in the end.
 */

const RUNS = 40;
const STEPS = 150;
const HEAD_END = Buffer.from("\r\n\r\n");

/** A message that was received whole, or the beginning of one. */
interface Message {
  readonly head: string;
  readonly body: Buffer;
  readonly isComplete: boolean;
}

/** Takes messages with a content-length from the front of what a peer has received. */
class MessageReader {
  readonly peer: SimulatedPeer;
  private unread: Buffer = Buffer.alloc(0);

  constructor(peer: SimulatedPeer) {
    this.peer = peer;
  }

  next(): Message | null {
    this.unread = Buffer.concat([this.unread, this.peer.takeReceivedBytes()]);
    const end = this.unread.indexOf(HEAD_END);
    if (end < 0) return null;
    const head = this.unread.toString("latin1", 0, end + 4);
    const length = Number(fieldsOf(head).get("content-length") ?? 0);
    const body = this.unread.subarray(end + 4, end + 4 + length);
    const isComplete = body.length === length;
    if (isComplete) this.unread = this.unread.subarray(end + 4 + length);
    return { head, body, isComplete };
  }
}

class RandomRun {
  private readonly random: SeededRandom;
  private readonly run: RouterRun;
  private readonly clients: MessageReader[] = [];
  private readonly origins = new Map<SimulatedPeer, MessageReader>();
  /** Peers that will send nothing more. */
  private readonly finished = new Set<SimulatedPeer>();
  private answered = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const { random } = this;
    const limit = 1_000 + random.below(20_000);
    this.run = new RouterRun({
      seed,
      hosts: 2,
      link: { latencyMs: random.below(3), windowBytes: 200 + random.below(30_000), readSplit: "random" },
      listener: { per_connection_buffer_limit_bytes: limit },
      cluster: {
        per_connection_buffer_limit_bytes: limit,
        connect_timeout: "0.05s",
        circuit_breakers: {
          thresholds: [{ max_connections: 1 + random.below(4), max_pending_requests: 1 + random.below(6) }],
        },
      },
      route: { timeout: random.below(2) === 0 ? "0.2s" : "0s" },
    });
  }

  play(): number {
    for (let step = 0; step < STEPS; step++) {
      this.step();
      this.run.runFor(this.random.below(4));
      this.serveOrigins();
      this.checkClients();
    }
    this.settle();
    return this.answered;
  }

  /** Nobody is slow any more: what can be completed is. */
  private settle(): void {
    this.run.setConnect("accept");
    for (let round = 0; round < 40; round++) {
      for (const peer of this.peers()) peer.resumeReading();
      this.run.runFor(50);
      this.serveOrigins();
      this.checkClients();
    }
    this.run.finish(this.clients.map(({ peer }) => peer));
  }

  private peers(): SimulatedPeer[] {
    return [...this.clients.map(({ peer }) => peer), ...this.origins.keys()];
  }

  private any<T>(list: readonly T[]): T | undefined {
    return list[this.random.below(Math.max(1, list.length))];
  }

  private step(): void {
    const { random, run } = this;
    const peer = this.any(this.peers());
    switch (random.below(10)) {
      case 0:
      case 1:
        if (this.clients.length < 6) this.clients.push(new MessageReader(run.connect()));
        break;
      case 2:
      case 3:
      case 4:
        this.sendRequest();
        break;
      case 5:
        peer?.pauseReading();
        break;
      case 6:
      case 7:
        peer?.resumeReading();
        break;
      case 8:
        if (peer !== undefined && random.below(3) === 0) {
          this.finished.add(peer);
          peer[(["end", "close", "reset"] as const)[random.below(3)] as "end"]();
        }
        break;
      default:
        run.setConnect(random.below(4) === 0 ? "refuse" : "accept");
    }
  }

  /** The path says how long the body is, which says what it is; some ask for an answer before they are complete. */
  private sendRequest(): void {
    const { random } = this;
    const client = this.any(this.clients);
    if (client === undefined || !this.canSend(client.peer)) return;
    const length = random.below(3) === 0 ? random.below(60_000) : random.below(500);
    const path = `/${length}${random.below(8) === 0 ? "/early" : ""}`;
    client.peer.send(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n`);
    client.peer.send(pattern(length));
  }

  private canSend(peer: SimulatedPeer): boolean {
    return !this.finished.has(peer) && (peer.fate === "open" || peer.fate === "connecting");
  }

  /** Origins echo what they get. */
  private serveOrigins(): void {
    for (const { accepted } of this.run.upstreams) {
      for (const peer of accepted) if (!this.origins.has(peer)) this.origins.set(peer, new MessageReader(peer));
    }
    for (const reader of this.origins.values()) {
      const request = reader.next();
      if (request === null || !this.canSend(reader.peer)) continue;
      const [, length, early] = (request.head.split(" ")[1] as string).split("/");
      assert.ok(request.body.equals(pattern(Number(length)).subarray(0, request.body.length)), "a request was changed");
      if (request.isComplete) this.respond(reader.peer, request.body);
      else if (early !== undefined) {
        this.respond(reader.peer, pattern(300));
        // What still comes is of no interest.
        this.finished.add(reader.peer);
        reader.peer.end();
      }
    }
  }

  private respond(peer: SimulatedPeer, body: Buffer): void {
    const close = this.random.below(6) === 0 ? "connection: close\r\n" : "";
    peer.send(`HTTP/1.1 200 OK\r\n${close}content-length: ${body.length}\r\n\r\n`);
    peer.send(body);
  }

  private checkClients(): void {
    for (const client of this.clients) {
      for (let response = client.next(); response?.isComplete; response = client.next()) {
        const status = statusOf(response.head);
        if (status !== 200) {
          assert.ok(status === 503 || status === 504, response.head);
          continue;
        }
        this.answered++;
        assert.ok(response.body.equals(pattern(response.body.length)), "a response was changed");
      }
    }
  }
}

test("random clients and upstreams", () => {
  let answered = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      answered += new RandomRun(seed).play();
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}`, { cause: error });
    }
  }
  assert.ok(answered > RUNS * 5, `only ${answered} requests were answered by an upstream`);
});
