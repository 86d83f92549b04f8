import { FlowSteps } from "../../../flow/flow-step.js";
import type { Connection } from "../../../network/connection.js";
import { HeaderMap } from "../../headers/header-map.js";
import type {
  ClientConnection,
  ClientConnectionCallbacks,
  RequestEncoder,
  ResponseDecoder,
  StreamCallbacks,
} from "../codec.js";
import type { ResetReason } from "../reset-reason.js";

/**
 * The client side of a connection that carries no HTTP: the end of a tunnel that CONNECT asked for (RFC 9110 9.3.6). The
 * head of the request stays here, that the connection stands is its response, and data passes as it is. For one stream,
 * whose two halves end by themselves.
 */
export class TcpClientConnection implements ClientConnection, RequestEncoder {
  readonly protocol = null;
  readonly isTunnel = true;
  private readonly connection: Connection;
  private readonly callbacks: ClientConnectionCallbacks;
  private decoder: ResponseDecoder | null = null;
  private stream: StreamCallbacks | null = null;
  private requestEnded = false;
  private responseEnded = false;
  private readDisables = 0;

  constructor(connection: Connection, callbacks: ClientConnectionCallbacks) {
    this.connection = connection;
    this.callbacks = callbacks;
    // A server may speak first: what it says waits for the stream.
    connection.readDisable(true);
  }

  newStream(decoder: ResponseDecoder, callbacks: StreamCallbacks): RequestEncoder {
    this.decoder = decoder;
    this.stream = callbacks;
    return this;
  }

  // ---- request

  encodeHeaders(_headers: HeaderMap, endStream: boolean): void {
    this.connection.allowHalfOpen();
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.upstreamSwitched, id, flowStreamId, "TCP");
    const response = new HeaderMap();
    response.status = 200;
    this.decoder?.decodeHeaders(response, false);
    this.connection.readDisable(false);
    if (endStream) this.endOurHalf();
    if (this.connection.isAboveHighWatermark) this.stream?.onAboveWriteBufferHighWatermark();
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.connection.writeBytes(data);
    if (endStream) this.endOurHalf();
  }

  encodeTrailers(_trailers: HeaderMap): void {
    this.endOurHalf();
  }

  /** G3 */
  private endOurHalf(): void {
    this.requestEnded = true;
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.clientHalfEnded, id, flowStreamId);
    this.connection.endWrite();
    this.completeWhenEnded();
  }

  resetStream(_reason: ResetReason): void {
    if (this.decoder === null) return;
    this.letGo();
    this.callbacks.onStreamReset(true);
  }

  readDisable(disable: boolean): void {
    // A stream that is over has given back what it stopped.
    if (this.decoder === null || (!disable && this.readDisables === 0)) return;
    this.readDisables += disable ? 1 : -1;
    this.connection.readDisable(disable);
  }

  // ---- response

  dispatch(data: Buffer): void {
    this.decoder?.decodeData(data, false);
  }

  /** Never: such a connection is used once. */
  refuse(data: Buffer): void {
    this.dispatch(data);
  }

  onRemoteEnd(): void {
    this.responseEnded = true;
    this.decoder?.decodeData(EMPTY, true);
    this.completeWhenEnded();
  }

  private completeWhenEnded(): void {
    if (this.decoder === null || !this.requestEnded || !this.responseEnded) return;
    this.letGo();
    this.callbacks.onTunnelComplete();
  }

  private letGo(): void {
    this.decoder = null;
    this.stream = null;
    for (; this.readDisables > 0; this.readDisables--) this.connection.readDisable(false);
  }

  // ---- connection

  onAboveWriteBufferHighWatermark(): void {
    this.stream?.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.stream?.onBelowWriteBufferLowWatermark();
  }

  onConnectionClosed(reason: ResetReason, _orderly: boolean): void {
    const { stream } = this;
    this.letGo();
    stream?.onResetStream(reason);
  }
}

const EMPTY = Buffer.alloc(0);
