import { RecordedStats } from "../../../../test/support/recorded-stats.js";
import { SimulatedDispatcher } from "../../../../test/support/simulated-dispatcher.js";
import { SimulatedNetwork } from "../../../../test/support/simulated-network.js";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import type { Address } from "../../../network/address.js";
import {
  Connection,
  type ConnectionCallbacks,
  type ConnectionEvent,
  type ConnectionStats,
} from "../../../network/connection.js";
import type { StreamSocket } from "../../../network/stream-socket.js";
import type { Protocol } from "../../../stream-info/protocol.js";
import { HeaderMap } from "../../headers/header-map.js";
import type { RequestDecoder, ResponseEncoder, ServerConnectionCallbacks } from "../codec.js";
import type { CodecError } from "../codec-error.js";
import type { ResetReason } from "../reset-reason.js";
import { errorName, fieldTexts } from "./parsed-messages.test.support.js";
import { DEFAULT_PARSER_SETTINGS } from "./parser-settings.js";
import { Http1ServerConnection } from "./server-connection.js";

const ADDRESS: Address = { kind: "ip", host: "10.0.0.1", port: 80 };
const stats = new RecordedStats().root;
export const CONNECTION_STATS: ConnectionStats = {
  rxBytes: stats.counter("rx"),
  txBytes: stats.counter("tx"),
  rxBuffered: stats.gauge("rx_buffered"),
  txBuffered: stats.gauge("tx_buffered"),
  delayedCloseTimeouts: stats.counter("delayed_close_timeouts"),
};

/** A header map of a response: a status and field lines. */
export function responseHeaders(status: number, ...lines: string[]): HeaderMap {
  const headers = fieldsOf(...lines);
  headers.status = status;
  return headers;
}

export function fieldsOf(...lines: string[]): HeaderMap {
  const headers = new HeaderMap();
  for (const line of lines) {
    const colon = line.indexOf(": ");
    headers.add(line.slice(0, colon), line.slice(colon + 2));
  }
  return headers;
}

/** A request as the codec tells it, line by line. */
export class RecordedRequest implements RequestDecoder {
  readonly lines: string[] = [];
  readonly encoder: ResponseEncoder;
  readonly protocol: Protocol;
  /** The read event of the connection in which the head came, 1 is the first. */
  readonly readEvent: number;
  private readonly server: ServerUnderTest;

  constructor(server: ServerUnderTest, encoder: ResponseEncoder, protocol: Protocol) {
    this.server = server;
    this.encoder = encoder;
    this.protocol = protocol;
    this.readEvent = server.readEvents;
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.lines.push(`${headers.method} ${headers.path}${endStream ? " end" : ""}`);
    this.server.onRequest(this);
  }

  decodeData(data: Buffer, endStream: boolean): void {
    this.lines.push(`data ${data.toString("latin1")}${endStream ? " end" : ""}`);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.lines.push(["trailers", ...fieldTexts(trailers)].join(" | "));
  }

  onProtocolError(error: CodecError): void {
    this.lines.push(`error ${errorName(error)}`);
    this.respond(error.status, "refused");
  }

  onRequestHeadersTimeout(): void {
    this.lines.push("headers timeout");
    this.respond(408, "");
  }

  onResetStream(reason: ResetReason): void {
    this.lines.push(`reset ${reason}`);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.lines.push("above");
  }

  onBelowWriteBufferLowWatermark(): void {
    this.lines.push("below");
  }

  /** Answers with a status and a body of known length. */
  respond(status: number, body: string): void {
    const headers = responseHeaders(status, `content-length: ${body.length}`);
    this.encoder.encodeHeaders(headers, body === "");
    if (body !== "") this.encoder.encodeData(Buffer.from(body), true);
  }
}

export interface ServerOptions {
  readonly enableTrailers?: boolean;
  readonly bufferLimitBytes?: number;
  /** What a request is answered with as soon as its head is there. */
  readonly onRequest?: (request: RecordedRequest) => void;
}

/** A server connection over a simulated socket, with the test as its client and as its connection manager. */
export class ServerUnderTest implements ServerConnectionCallbacks, ConnectionCallbacks {
  readonly dispatcher = new SimulatedDispatcher();
  readonly client: SimulatedPeer;
  readonly requests: RecordedRequest[] = [];
  completed = 0;
  readEvents = 0;
  readonly onRequest: (request: RecordedRequest) => void;
  private readonly options: ServerOptions;
  private readonly network = new SimulatedNetwork(this.dispatcher);
  private established: { connection: Connection; codec: Http1ServerConnection } | null = null;

  constructor(options: ServerOptions = {}) {
    this.options = options;
    this.onRequest = options.onRequest ?? (() => {});
    this.network.listen(ADDRESS, { onAccept: (socket) => this.accept(socket), onListenError: () => {} });
    this.client = this.network.connectPeer(ADDRESS);
    this.dispatcher.runUntilIdle();
  }

  private accept(socket: StreamSocket): void {
    const context = { dispatcher: this.dispatcher, readBuffers: this.network.readBuffers };
    const { bufferLimitBytes = 0, enableTrailers = false } = this.options;
    const connection = new Connection(1, socket, context, CONNECTION_STATS, {
      connected: true,
      bufferLimitBytes,
      flow: null,
    });
    const codec = new Http1ServerConnection(connection, this, {
      ...DEFAULT_PARSER_SETTINGS,
      maxHeadBytes: 8192,
      enableTrailers,
    });
    connection.setDelayedCloseTimeout(1_000);
    connection.setCallbacks(this);
    this.established = { connection, codec };
  }

  get codec(): Http1ServerConnection {
    return this.parts.codec;
  }

  get connection(): Connection {
    return this.parts.connection;
  }

  private get parts(): { connection: Connection; codec: Http1ServerConnection } {
    if (this.established === null) throw new Error("the client is not connected");
    return this.established;
  }

  /** The n-th request, the first is 0. */
  request(index: number): RecordedRequest {
    const request = this.requests[index];
    if (request === undefined) throw new Error(`request ${index} did not come; there are ${this.requests.length}`);
    return request;
  }

  /** The client sends, and everything that follows from it happens. */
  send(text: string): void {
    this.client.send(text);
    this.dispatcher.runUntilIdle();
  }

  /** Something happens on the proxy's side, and everything that follows from it. */
  act(work: () => void): void {
    this.dispatcher.inEvent(work);
    this.dispatcher.runUntilIdle();
  }

  /** What the client has received since the last look. */
  received(): string {
    return this.client.takeReceived();
  }

  // ---- ServerConnectionCallbacks

  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder {
    const request = new RecordedRequest(this, encoder, protocol);
    this.requests.push(request);
    return request;
  }

  onStreamComplete(): void {
    this.completed++;
  }

  // ---- ConnectionCallbacks

  onData(data: Buffer): void {
    this.readEvents++;
    this.codec.dispatch(data);
  }

  onRemoteEnd(): void {
    this.codec.onRemoteEnd();
  }

  onConnectionEvent(event: ConnectionEvent): void {
    if (event !== "connected") this.codec.onConnectionClosed(event === "remoteClose");
  }

  onAboveWriteBufferHighWatermark(): void {
    this.codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.codec.onBelowWriteBufferLowWatermark();
  }
}
