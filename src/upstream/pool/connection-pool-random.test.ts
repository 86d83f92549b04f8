import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import type { PeerListener } from "../../../test/support/simulated-network.js";
import type { SimulatedPeer } from "../../../test/support/simulated-peer.js";
import { endpoint, limits } from "../cluster.test.support.js";
import { address, OK, PoolRun, type ProbeStream } from "./pool.test.support.js";

/*
 * Whatever happens in whatever order: the pool's own assertions hold, every stream ends once, a connection carries one
 * stream at a time, and in the end nothing is counted as active.
 */

const RUNS = 150;
const STEPS = 120;

const ANSWERS = [
  OK,
  OK,
  OK,
  "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx",
  "HTTP/1.1 200 OK\r\n\r\nuntil the close",
  "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
  `${OK}excess`,
  "nonsense\r\n\r\n",
];

class RandomRun {
  private readonly random: SeededRandom;
  private readonly run: PoolRun;
  private readonly streams: ProbeStream[] = [];
  private over = false;
  private readonly finished = new Set<SimulatedPeer>();

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const { random } = this;
    this.run = new PoolRun(
      {
        discovery: "strictDns",
        connectTimeoutMs: 1 + random.below(20),
        idleTimeoutMs: random.below(2) * 500,
        maxRequestsPerConnection: random.below(4),
        defaultLimits: limits({
          maxConnections: 1 + random.below(4),
          maxPendingRequests: 1 + random.below(6),
          maxRequests: 1 + random.below(5),
        }),
      },
      { latencyMs: random.below(3), readSplit: "random" },
    );
  }

  play(): void {
    for (let step = 0; step < STEPS; step++) {
      this.step();
      this.checkConnections();
    }
    this.over = true;
    this.run.clusters.destroy();
    this.run.dispatcher.runFor(1_000);
    this.run.assertNothingActive();
    for (const stream of this.streams) this.checkEvents(stream);
  }

  private step(): void {
    const { random, run } = this;
    const peers = (run.upstreams[0] as PeerListener).accepted.filter((one) => one.isOpen && !this.finished.has(one));
    const peer = peers[random.below(Math.max(1, peers.length))];
    const stream = this.streams[random.below(Math.max(1, this.streams.length))];
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
        this.ask();
        break;
      case 3:
      case 4:
        // A close may come with the response, before it, or long after.
        peer?.send(ANSWERS[random.below(ANSWERS.length)] as string);
        if (random.below(4) === 0) this.finish(peer, "end");
        break;
      case 5:
        this.finish(peer, (["end", "close", "reset"] as const)[random.below(3)] as "end");
        break;
      case 6:
        run.dispatcher.inEvent(() => stream?.waiting?.cancel());
        break;
      case 7:
        if (stream?.encoder != null && isOpen(stream)) {
          run.dispatcher.inEvent(() => stream.encoder?.resetStream("local reset"));
          stream.events.push("given up");
        }
        break;
      case 8:
        run.network.setLink(address(1), {
          connect: (["accept", "accept", "accept", "refuse", "blackHole"] as const)[random.below(5)] as "accept",
        });
        break;
      case 9:
        if (random.below(5) === 0) run.clusters.updateHosts("c", [endpoint(1, 1 + random.below(2))]);
        break;
      default:
        run.dispatcher.runFor(random.below(8));
    }
  }

  private finish(peer: SimulatedPeer | undefined, how: "end" | "close" | "reset"): void {
    if (peer === undefined) return;
    this.finished.add(peer);
    peer[how]();
  }

  private ask(): void {
    if (this.over) return;
    const { random, run } = this;
    const stream = run.ask(String(this.streams.length));
    this.streams.push(stream);
    if (random.below(3) === 0 && this.streams.length < 200) {
      stream.whenFailed = () => this.ask();
      stream.whenComplete = () => this.ask();
    }
    if (random.below(10) === 0) {
      stream.whenHeaders = () => {
        stream.encoder?.resetStream("local reset");
        stream.events.push("given up");
      };
    }
  }

  private checkConnections(): void {
    const carrying = this.streams.filter((stream) => stream.client !== null && isOpen(stream));
    assert.equal(new Set(carrying.map(({ client }) => client)).size, carrying.length, "two streams on one connection");
    assert.equal(this.run.stat("upstream_rq_active"), carrying.length);
  }

  private checkEvents({ events, name }: ProbeStream): void {
    const ends = events.filter((event) => !/^(on|\d)/.test(event));
    assert.ok(ends.length <= 1, `stream ${name} ended more than once: ${events}`);
  }
}

/** Attached, and neither complete nor reset. */
function isOpen(stream: ProbeStream): boolean {
  return /^(on|\d)/.test(stream.events.at(-1) ?? "");
}

test("random events in random order", () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      new RandomRun(seed).play();
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}`, { cause: error });
    }
  }
});
