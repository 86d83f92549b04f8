import assert from "node:assert/strict";
import { type RequestMessage, type ResponseMessage, readRequest, readResponse } from "../support/http-message.js";
import type { SeededRandom } from "../support/seeded-random.js";
import type { PeerListener } from "../support/simulated-network.js";
import type { SimulatedPeer } from "../support/simulated-peer.js";
import { startWireProxy, type WireProxy } from "../support/wire-proxy.js";
import { DEFAULT_WIRE_SETTINGS } from "../support/wire-settings.js";
import type { Corpus } from "./corpus.js";
import { FuzzFailure, type FuzzTarget } from "./fuzz-target.js";
import { MessageLog } from "./message-log.js";
import { Mutator } from "./mutator.js";

/*
 * The whole proxy between a client and an origin, one of which sends anything. The other side reads with the strict
 * reader of the tests, which shares nothing with the proxy's parser: what comes through must be well-formed, and the
 * message that was sent.
 */

export function proxyTargets(random: SeededRandom, corpus: Corpus): FuzzTarget[] {
  return [
    throughTheProxy("any client", random, new Mutator(random, corpus.requests), anyClient),
    throughTheProxy("any origin", random, new Mutator(random, corpus.responses), anyOrigin),
  ];
}

function throughTheProxy(
  name: string,
  random: SeededRandom,
  mutator: Mutator,
  play: (run: ProxyRun, text: string) => void,
): FuzzTarget {
  return {
    name,
    run: () => {
      const text = mutator.next();
      const run = new ProxyRun(random);
      try {
        play(run, text);
        run.finish();
      } catch (cause) {
        throw new FuzzFailure(`${name}: ${JSON.stringify(text)}`, { cause });
      }
    },
  };
}

/** A client sends the bytes; the origin answers every request that is complete. */
function anyClient(run: ProxyRun, text: string): void {
  run.client.send(text);
  const received: RequestMessage[] = [];
  for (let progress = true; progress; ) {
    run.dispatcher.runUntilIdle();
    progress = false;
    for (const origin of run.origins) {
      for (const request of origin.takeRequests()) {
        received.push(request);
        origin.peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        progress = true;
      }
    }
  }
  const understood = MessageLog.of("request", [text]).messages;
  let at = 0;
  for (const { method, body } of received) {
    const same = understood.findIndex(
      (message, index) => index >= at && message.method === method && message.body === body.toString("latin1"),
    );
    assert.ok(same >= 0, `the origin got a request that the client did not send: ${method}, ${body.length} bytes`);
    at = same + 1;
  }
  run.expectResponses(understood.map(({ method }) => method));
}

/** The origin answers a request with the bytes; the next request must get its own response. */
function anyOrigin(run: ProxyRun, text: string): void {
  run.client.send("GET /first HTTP/1.1\r\nhost: a\r\n\r\n");
  run.dispatcher.runUntilIdle();
  run.origins[0]?.takeRequests();
  run.origins[0]?.peer.send(text);
  run.dispatcher.runUntilIdle();
  // Whatever it waits for does not come.
  if (run.takeResponses(["GET"]).length === 0) run.origins[0]?.peer.end();
  run.dispatcher.runUntilIdle();
  run.takeResponses(["GET"]);
  if (!run.client.isOpen) return;
  assert.ok(run.isAnswered, "the client waits for ever");
  run.client.send("GET /second HTTP/1.1\r\nhost: a\r\n\r\n");
  run.dispatcher.runUntilIdle();
  for (const origin of run.origins) {
    if (!origin.peer.isOpen) continue;
    for (const request of origin.takeRequests()) {
      assert.equal(request.target, "/second");
      origin.peer.send("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond");
    }
  }
  run.dispatcher.runUntilIdle();
  const [second, ...more] = run.takeResponses(["GET"]);
  assert.equal(second?.body.toString("latin1"), "second", "the second request did not get its own response");
  assert.equal(more.length, 0);
}

/** An origin's connection, and what it has not read of it. */
class OriginConnection {
  readonly peer: SimulatedPeer;
  private unread = Buffer.alloc(0);

  constructor(peer: SimulatedPeer) {
    this.peer = peer;
  }

  /** The requests that are complete. Throws when what was received is not well-formed. */
  takeRequests(): RequestMessage[] {
    this.unread = Buffer.concat([this.unread, this.peer.takeReceivedBytes()]);
    const requests: RequestMessage[] = [];
    for (let request = readRequest(this.unread); request !== null; request = readRequest(this.unread)) {
      this.unread = this.unread.subarray(request.raw.length);
      requests.push(request);
      if (this.unread.length === 0) break;
    }
    return requests;
  }
}

const SPLITS = ["whole", "random", "bytes"] as const;

class ProxyRun {
  readonly client: SimulatedPeer;
  private readonly proxy: WireProxy;
  private readonly upstream: PeerListener;
  private readonly connections: OriginConnection[] = [];
  private unread = Buffer.alloc(0);

  constructor(random: SeededRandom) {
    const settings = {
      ...DEFAULT_WIRE_SETTINGS,
      enableTrailers: random.below(2) === 0,
      acceptHttp10: random.below(2) === 0,
    };
    const readSplit = SPLITS[random.below(SPLITS.length)] ?? "whole";
    this.proxy = startWireProxy(settings, { seed: random.below(1_000), link: { readSplit } });
    this.upstream = this.proxy.network.listenPeer(this.proxy.upstreamAddress);
    this.client = this.proxy.network.connectPeer(this.proxy.listenAddress);
  }

  get dispatcher(): WireProxy["dispatcher"] {
    return this.proxy.dispatcher;
  }

  get origins(): readonly OriginConnection[] {
    const { accepted } = this.upstream;
    for (let i = this.connections.length; i < accepted.length; i++) {
      this.connections.push(new OriginConnection(accepted[i] as SimulatedPeer));
    }
    return this.connections;
  }

  /** Nothing of a response is left over. */
  get isAnswered(): boolean {
    return this.unread.length === 0;
  }

  /** Final responses that are complete, which answer these methods. Throws when what was received is not well-formed. */
  takeResponses(methods: readonly string[]): ResponseMessage[] {
    this.unread = Buffer.concat([this.unread, this.client.takeReceivedBytes()]);
    const responses: ResponseMessage[] = [];
    while (this.unread.length > 0) {
      const response = readResponse(this.unread, {
        head: methods[responses.length] === "HEAD",
        ended: !this.client.isOpen,
      });
      if (response === null) break;
      this.unread = this.unread.subarray(response.raw.length);
      if (response.status >= 200) responses.push(response);
    }
    return responses;
  }

  /** No more responses than requests, and one for a request that was refused. */
  expectResponses(methods: readonly string[]): void {
    const responses = this.takeResponses(methods);
    assert.ok(responses.length <= methods.length + 1, `${responses.length} responses to ${methods.length} requests`);
  }

  /** Everything ends: nothing is left, and every request has its line. */
  finish(): void {
    this.client.close();
    this.dispatcher.runUntilIdle();
    this.proxy.stop();
    assert.deepEqual(this.proxy.leftovers(), []);
    assert.equal(this.proxy.accessLog.length, this.proxy.stat("http.wire.downstream_rq_total"), "lines and requests");
  }
}
