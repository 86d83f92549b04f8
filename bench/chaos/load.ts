import net from "node:net";

const END_OF_HEAD = "\r\n\r\n";
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)\r\n/i;
/** A request that has no answer after this long is lost. */
const PATIENCE_MS = 20_000;

/** What became of the requests so far. */
export interface Outcome {
  readonly sent: number;
  readonly good: number;
  /** By status, `closed` for a connection that ended without an answer, `none` for no answer in time. */
  readonly lost: ReadonlyMap<string, number>;
  /** Milliseconds of the slowest good answer. */
  readonly slowestMs: number;
}

/** Clients with kept-alive connections that send GET requests, one at a time each, at a steady rate all together. */
export class Load {
  private readonly port: number;
  private readonly path: string;
  private readonly idle: LoadClient[] = [];
  private readonly lost = new Map<string, number>();
  private sent = 0;
  private good = 0;
  private slowestMs = 0;

  constructor(port: number, path: string, clients: number) {
    this.port = port;
    this.path = path;
    for (let i = 0; i < clients; i++) this.idle.push(new LoadClient(port));
  }

  get outcome(): Outcome {
    const { sent, good, slowestMs } = this;
    return { sent, good, lost: new Map(this.lost), slowestMs };
  }

  /** Sends this many requests, spread evenly, and resolves when all have ended. 0 for the rate is as fast as it goes. */
  async run(requests: number, perSecond: number): Promise<void> {
    const startMs = performance.now();
    const last = this.sent + requests;
    const pending: Promise<void>[] = [];
    while (this.sent < last) {
      const elapsedMs = performance.now() - startMs;
      const due = perSecond === 0 ? last : Math.min(last, last - requests + Math.floor((elapsedMs * perSecond) / 1000));
      while (this.sent < due && this.idle.length > 0) pending.push(this.sendOne());
      await new Promise((resolve) => (perSecond === 0 ? setImmediate(resolve) : setTimeout(resolve, 1)));
    }
    await Promise.all(pending);
  }

  private async sendOne(): Promise<void> {
    this.sent++;
    const client = this.idle.pop() as LoadClient;
    const startMs = performance.now();
    const result = await client.request(`GET ${this.path} HTTP/1.1\r\nhost: chaos\r\n\r\n`);
    if (result === "200") {
      this.good++;
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs);
    } else {
      this.lost.set(result, (this.lost.get(result) ?? 0) + 1);
    }
    this.idle.push(client.isUsable ? client : new LoadClient(this.port));
  }

  close(): void {
    for (const client of this.idle) client.close();
  }
}

class LoadClient {
  private readonly socket: net.Socket;
  private received = "";
  private settle: ((result: string) => void) | null = null;
  private ended = false;

  constructor(port: number) {
    this.socket = net.connect(port, "127.0.0.1");
    this.socket.setNoDelay(true);
    this.socket.on("data", (data) => this.onData(data.toString("latin1")));
    this.socket.on("error", () => this.onEnd());
    this.socket.on("close", () => this.onEnd());
    this.socket.on("end", () => this.onEnd());
  }

  get isUsable(): boolean {
    return !this.ended;
  }

  /** Resolves to the status, `closed` or `none`. */
  request(message: string): Promise<string> {
    return new Promise((resolve) => {
      if (this.ended) {
        resolve("closed");
        return;
      }
      const timer = setTimeout(() => {
        this.close();
        this.finish("none");
      }, PATIENCE_MS);
      this.settle = (result) => {
        clearTimeout(timer);
        resolve(result);
      };
      this.socket.write(message);
    });
  }

  private onData(text: string): void {
    this.received += text;
    const end = this.received.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const length = Number(CONTENT_LENGTH.exec(this.received)?.[1] ?? 0);
    if (this.received.length < end + END_OF_HEAD.length + length) return;
    const status = this.received.slice(9, 12);
    this.received = "";
    this.finish(status);
  }

  private onEnd(): void {
    this.ended = true;
    this.finish("closed");
  }

  private finish(result: string): void {
    const { settle } = this;
    this.settle = null;
    settle?.(result);
  }

  close(): void {
    this.ended = true;
    this.socket.destroy();
  }
}
