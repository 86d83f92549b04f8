import { SimulatedDispatcher } from "../../../../test/support/simulated-dispatcher.js";
import { SimulatedNetwork } from "../../../../test/support/simulated-network.js";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import type { Address } from "../../../network/address.js";
import { Connection, type ConnectionCallbacks, type ConnectionEvent } from "../../../network/connection.js";
import type { HeaderMap } from "../../headers/header-map.js";
import type { ClientConnectionCallbacks, RequestEncoder, ResponseDecoder, StreamCallbacks } from "../codec.js";
import type { CodecError } from "../codec-error.js";
import type { ResetReason } from "../reset-reason.js";
import { Http1ClientConnection } from "./client-connection.js";
import { errorName, fieldTexts } from "./parsed-messages.test.support.js";
import { DEFAULT_PARSER_SETTINGS } from "./parser-settings.js";
import { CONNECTION_STATS, fieldsOf } from "./server-connection.test.support.js";

const ADDRESS: Address = { kind: "ip", host: "10.0.0.1", port: 80 };

/** A request's headers: method, path and field lines, to the host `a`. */
export function requestHeaders(method: string, path = "/", ...lines: string[]): HeaderMap {
  const headers = fieldsOf(...lines);
  headers.method = method;
  headers.path = path;
  headers.authority = "a";
  return headers;
}

export interface ClientOptions {
  readonly enableTrailers?: boolean;
  readonly sendFullyQualifiedUrl?: boolean;
  readonly bufferLimitBytes?: number;
}

/** A client connection over a simulated socket, with the test as its origin, as its pool and as its streams. */
export class ClientUnderTest
  implements ClientConnectionCallbacks, ConnectionCallbacks, ResponseDecoder, StreamCallbacks
{
  readonly dispatcher = new SimulatedDispatcher();
  readonly origin: SimulatedPeer;
  readonly connection: Connection;
  readonly codec: Http1ClientConnection;
  /** What the codec told, to the stream and to the pool, in order. */
  readonly lines: string[] = [];

  constructor(options: ClientOptions = {}) {
    const { bufferLimitBytes = 0, enableTrailers = false, sendFullyQualifiedUrl = false } = options;
    const network = new SimulatedNetwork(this.dispatcher);
    const listener = network.listenPeer(ADDRESS);
    const context = { dispatcher: this.dispatcher, readBuffers: network.readBuffers };
    const socket = network.connect(ADDRESS);
    this.connection = new Connection(1, socket, context, CONNECTION_STATS, {
      connected: false,
      bufferLimitBytes,
      flow: null,
    });
    this.codec = new Http1ClientConnection(this.connection, this, {
      ...DEFAULT_PARSER_SETTINGS,
      maxHeadBytes: 8192,
      enableTrailers,
      sendFullyQualifiedUrl,
    });
    this.connection.setCallbacks(this);
    this.dispatcher.runUntilIdle();
    this.origin = listener.connection(0);
  }

  /** Begins a request; without a body unless told otherwise. */
  request(headers: HeaderMap, endStream = true): RequestEncoder {
    const encoder = this.codec.newStream(this, this);
    this.act(() => encoder.encodeHeaders(headers, endStream));
    return encoder;
  }

  /** The origin sends, and everything that follows from it happens. */
  reply(text: string): void {
    this.origin.send(text);
    this.dispatcher.runUntilIdle();
  }

  /** The origin ends its side. */
  fin(): void {
    this.origin.end();
    this.dispatcher.runUntilIdle();
  }

  /** Something happens on the proxy's side, and everything that follows from it. */
  act(work: () => void): void {
    this.dispatcher.inEvent(work);
    this.dispatcher.runUntilIdle();
  }

  /** What was told since the last look. */
  take(): string[] {
    return this.lines.splice(0);
  }

  // ---- ResponseDecoder

  decode1xxHeaders(headers: HeaderMap): void {
    this.lines.push([`interim ${headers.status}`, ...fieldTexts(headers)].join(" | "));
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.lines.push([`${headers.status}${endStream ? " end" : ""}`, ...fieldTexts(headers)].join(" | "));
  }

  decodeData(data: Buffer, endStream: boolean): void {
    this.lines.push(`data ${data.toString("latin1")}${endStream ? " end" : ""}`);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.lines.push(["trailers", ...fieldTexts(trailers)].join(" | "));
  }

  // ---- StreamCallbacks

  onResetStream(reason: ResetReason): void {
    this.lines.push(`reset ${reason}`);
  }

  // ---- ClientConnectionCallbacks

  onResponseComplete(reusable: boolean, requestDone: boolean): void {
    this.lines.push(`${reusable ? "reusable" : "not reusable"}${requestDone ? "" : ", request cut off"}`);
  }

  onProtocolError(error: CodecError): void {
    this.lines.push(`protocol error ${errorName(error)}`);
    this.connection.close("noFlush", "test");
  }

  onStreamReset(wasTunnel: boolean): void {
    this.lines.push(wasTunnel ? "tunnel given up" : "given up");
    this.connection.close("noFlush", "test");
  }

  onTunnelComplete(): void {
    this.lines.push("tunnel complete");
    this.connection.close("flushWrite", "test");
  }

  // ---- ConnectionCallbacks

  onData(data: Buffer): void {
    this.codec.dispatch(data);
  }

  onRemoteEnd(): void {
    this.codec.onRemoteEnd();
  }

  onConnectionEvent(event: ConnectionEvent): void {
    if (event === "connected") return;
    const orderly = event === "remoteClose" && this.connection.closeError === null;
    this.codec.onConnectionClosed("connection termination", orderly);
  }

  /** Of the stream and of the connection: the codec passes the latter's on to the former. */
  onAboveWriteBufferHighWatermark(): void {
    this.lines.push("above");
  }

  onBelowWriteBufferLowWatermark(): void {
    this.lines.push("below");
  }
}
