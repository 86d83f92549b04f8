import assert from "node:assert/strict";
import type { PeerListener } from "./simulated-network.js";
import type { SimulatedPeer } from "./simulated-peer.js";
import type { WireCase, WireEnding, WireOutcome, WireStep } from "./wire-case.js";
import { assertWireText, matchesLine } from "./wire-match.js";
import type { StartWireProxy, WireNetworkOptions, WireProxy } from "./wire-proxy.js";
import type { WireSettings } from "./wire-settings.js";

/**
 * Ways to deliver the same bytes, all of which must come to the same: a parser that depends on where a read ends fails
 * one of them.
 */
export const WIRE_NETWORKS: ReadonlyMap<string, WireNetworkOptions> = new Map([
  ["whole reads", { seed: 1, link: {} }],
  ["byte by byte", { seed: 1, link: { readSplit: "bytes" } }],
  ["reads cut at random, seed 1", { seed: 1, link: { readSplit: "random" } }],
  ["reads cut at random, seed 2", { seed: 2, link: { readSplit: "random" } }],
  ["windows of 7 bytes", { seed: 1, link: { windowBytes: 7 } }],
]);

/** Plays one case. Throws with the position in its file when anything is not as it says. */
export function runWireCase(
  wireCase: WireCase,
  fileName: string,
  network: WireNetworkOptions,
  startWireProxy: StartWireProxy,
): void {
  const proxy = startWireProxy(wireCase.settings, network);
  try {
    const run = new WireRun(proxy, wireCase.settings, fileName);
    for (const step of wireCase.steps) run.take(step);
    run.expectOutcome(wireCase.outcome);
    run.leave();
  } finally {
    proxy.stop();
  }
  assert.deepEqual(proxy.leftovers(), [], `${fileName}:${wireCase.line}: what is left when everything is over`);
}

class WireRun {
  private readonly proxy: WireProxy;
  private readonly fileName: string;
  private readonly client: SimulatedPeer;
  private readonly upstream: PeerListener;

  constructor(proxy: WireProxy, settings: WireSettings, fileName: string) {
    this.proxy = proxy;
    this.fileName = fileName;
    proxy.network.setLink(proxy.upstreamAddress, { connect: settings.upstreamConnect });
    this.upstream = proxy.network.listenPeer(proxy.upstreamAddress);
    this.client = proxy.network.connectPeer(proxy.listenAddress, settings.clientAddress);
  }

  take(step: WireStep): void {
    const where = `${this.fileName}:${step.line}`;
    switch (step.kind) {
      case "client":
        this.act(this.client, step.bytes, step.ending);
        return;
      case "reply":
        this.act(this.connection(step.connection, where), step.bytes, step.ending);
        return;
      case "wait":
        this.proxy.dispatcher.runFor(step.ms);
        return;
      case "upstream": {
        const received = this.connection(step.connection, where).takeReceived();
        assertWireText(received, step.expected, `${where}: upstream connection ${step.connection} received`);
        return;
      }
      case "unfinished":
        assertUnfinished(this.connection(step.connection, where).takeReceived(), where);
        return;
      case "gets":
        assertWireText(this.client.takeReceived(), step.expected, `${where}: the client got`);
        return;
    }
  }

  expectOutcome(outcome: WireOutcome): void {
    const where = `${this.fileName}:${outcome.line}`;
    assertWireText(this.client.takeReceived(), "", `${where}: the client got more`);
    for (const [index, peer] of this.upstream.accepted.entries()) {
      assertWireText(peer.takeReceived(), "", `${where}: upstream connection ${index + 1} received more`);
    }
    assert.equal(fateOf(this.client), outcome.client, `${where}: the client's connection`);
    if (outcome.upstream !== null) {
      const fates = this.upstream.accepted.map((peer) => (peer.isOpen ? "open" : "gone")).join(", ") || "none";
      assert.equal(fates, outcome.upstream, `${where}: the upstream connections`);
    }
    this.expectLog(outcome.log, where);
    this.expectProtocolErrorsCounted(where);
  }

  /** The client goes, whatever state its connection is in. */
  leave(): void {
    this.client.close();
    this.proxy.dispatcher.runUntilIdle();
  }

  private expectLog(expected: readonly string[], where: string): void {
    const actual = this.proxy.accessLog;
    const filled = expected.map((line, index) => (matchesLine(actual[index] ?? "", line) ? actual[index] : line));
    assert.deepEqual(actual, filled, `${where}: the access log`);
  }

  /** Every message that is refused is counted, on whichever side it came. */
  private expectProtocolErrorsCounted(where: string): void {
    const refused = this.proxy.accessLog.filter((line) => line.split(" ")[1] === "DPE").length;
    assert.equal(this.proxy.stat("http.wire.downstream_cx_protocol_error"), refused, `${where}: refused requests`);
    const badGateways = this.proxy.accessLog.filter((line) => line.split(" ")[1] === "UPE").length;
    const counted = this.proxy.stat("cluster.upstream.upstream_cx_protocol_error");
    // Bytes on a connection that awaits none are counted and in no request's line.
    assert.ok(counted >= badGateways, `${where}: ${counted} refused responses, ${badGateways} in the log`);
  }

  private act(peer: SimulatedPeer, bytes: string, ending: WireEnding): void {
    if (bytes !== "") peer.send(bytes);
    if (ending === "fin") peer.end();
    else if (ending === "reset") peer.reset();
    this.proxy.dispatcher.runUntilIdle();
  }

  private connection(number: number, where: string): SimulatedPeer {
    const peer = this.upstream.accepted[number - 1];
    assert.ok(
      peer !== undefined,
      `${where}: upstream connection ${number} was not made. The client got:\n${this.client.received}`,
    );
    return peer;
  }
}

/** Bodies of the cases call what must never arrive `smuggled`. */
function assertUnfinished(received: string, where: string): void {
  assert.ok(!/(?:^|\r\n)0\r\n/.test(received), `${where}: the origin got the last chunk: ${JSON.stringify(received)}`);
  assert.ok(!received.includes("smuggled"), `${where}: the origin got ${JSON.stringify(received)}`);
}

/** A peer that saw FIN calls the connection closed, whether or not it has answered it. */
function fateOf(peer: SimulatedPeer): string {
  return peer.fate === "ended" ? "closed" : peer.fate;
}
