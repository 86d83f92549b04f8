import type { SeededRandom } from "../support/seeded-random.js";
import type { PeerListener } from "../support/simulated-network.js";
import type { SimulatedPeer } from "../support/simulated-peer.js";

const HEAD_END = "\r\n\r\n";
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

/** One connection of an origin: what has come of a request, and what it is about to do. */
interface Exchange {
  readonly peer: SimulatedPeer;
  received: string;
  /** It has said its last word. */
  isOver: boolean;
  /** What it still has to send of a response that comes in pieces. */
  rest: string[];
}

/** An upstream on the simulated network that answers requests well, badly or not at all, as chance has it. */
export class ErraticOrigin {
  /** Behaves from now on. */
  isWell = false;
  private readonly listener: PeerListener;
  private readonly random: SeededRandom;
  private readonly exchanges = new Map<SimulatedPeer, Exchange>();

  constructor(listener: PeerListener, random: SeededRandom) {
    this.listener = listener;
    this.random = random;
  }

  /** Takes what has come, and does something about it. Nothing is run. */
  act(): void {
    for (const peer of this.listener.accepted) {
      if (!this.exchanges.has(peer)) this.exchanges.set(peer, { peer, received: "", isOver: false, rest: [] });
    }
    for (const exchange of this.exchanges.values()) this.actOn(exchange);
  }

  private actOn(exchange: Exchange): void {
    const { peer } = exchange;
    if (exchange.isOver || !peer.isOpen) return;
    exchange.received += peer.takeReceived();
    const piece = exchange.rest.shift();
    if (piece !== undefined) {
      if (this.isWell || this.random.below(12) > 0) peer.send(piece);
      else this.finish(exchange);
      return;
    }
    const end = exchange.received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = exchange.received.slice(0, end + HEAD_END.length);
    const length = Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
    const whole = head.length + length;
    if (exchange.received.length < whole) {
      // Some do not wait for the end.
      if (!this.isWell && this.random.below(10) === 0) this.answer(exchange, true);
      return;
    }
    exchange.received = exchange.received.slice(whole);
    if (this.isWell || head.startsWith("GET /health ")) this.answerHealth(exchange, head);
    else this.answer(exchange, false);
  }

  private answerHealth({ peer }: Exchange, head: string): void {
    const isCheck = head.startsWith("GET /health ");
    const bad = !this.isWell && isCheck && this.random.below(4) === 0;
    peer.send(`HTTP/1.1 ${bad ? "503 Service Unavailable" : "200 OK"}\r\ncontent-length: 0\r\n\r\n`);
  }

  private answer(exchange: Exchange, early: boolean): void {
    const { peer } = exchange;
    const { random } = this;
    const body = "x".repeat(random.below(4) === 0 ? random.below(50_000) : random.below(200));
    switch (random.below(16)) {
      case 0:
        this.finish(exchange);
        return;
      case 1:
        // Never answers.
        exchange.isOver = true;
        return;
      case 2:
        peer.send("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
        break;
      case 3:
        peer.send("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 4\r\n\r\n");
        exchange.rest.push("oops");
        break;
      case 4:
        peer.send("SSH-2.0-OpenSSH_9.2\r\n");
        break;
      case 5:
        peer.send("HTTP/1.1 200 OK\r\ncontent-");
        exchange.rest.push("length: 0\r\n", "\r\n");
        break;
      case 6:
        peer.send("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
        exchange.rest.push(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        break;
      case 7:
      case 8:
        peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        exchange.rest.push("5\r\nhello\r\n", "3\r\nabc\r\n", "0\r\n\r\n");
        break;
      case 9:
        peer.send(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
        exchange.isOver = true;
        peer.end();
        return;
      case 10:
        // Until the end of the connection.
        peer.send(`HTTP/1.1 200 OK\r\n\r\n${body}`);
        exchange.isOver = true;
        peer.end();
        return;
      case 11:
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-envoy-immediate-health-check-fail: true\r\n\r\n");
        break;
      case 12:
        // Closes behind its answer without a word of it.
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        exchange.isOver = true;
        if (random.below(2) === 0) peer.end();
        else peer.reset();
        return;
      default:
        peer.send(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    }
    if (early) {
      exchange.isOver = true;
      if (random.below(2) === 0) peer.end();
    }
  }

  /** In the middle of whatever it was. */
  private finish(exchange: Exchange): void {
    exchange.isOver = true;
    exchange.rest = [];
    const { peer } = exchange;
    switch (this.random.below(3)) {
      case 0:
        peer.reset();
        return;
      case 1:
        peer.end();
        return;
      default:
        peer.close();
    }
  }
}
