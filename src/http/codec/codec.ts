import type { Protocol } from "../../stream-info/protocol.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { CodecError } from "./codec-error.js";
import type { ResetReason } from "./reset-reason.js";

/*
 * What the rest of the proxy knows of a protocol: streams of headers, data and trailers, and who may reset them. It does
 * not know which protocol it is. A codec reads from and writes to a `Connection`; it knows nothing of filters or routes.
 *
 * A stream becomes a tunnel when its request asks for it (`HeaderMap.upgradeType`) and its response head accepts
 * (`acceptsUpgrade`). The request of such a stream does not end with its message: after the accepting head the bytes of
 * both sides come and go as data, and each side ends its half by itself.
 */

/** Told by a stream about its end and about the room in its way out. */
export interface StreamCallbacks {
  /** The stream is over and nothing more will come; only for a stream that had not ended in both directions. */
  onResetStream(reason: ResetReason): void;
  /** What was encoded does not leave fast enough: stop feeding. Calls pair with the one below. */
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

/** Receives a request, piece by piece. Implemented by `ActiveStream`. */
export interface RequestDecoder extends StreamCallbacks {
  /** The head. `endStream` means that nothing follows. */
  decodeHeaders(headers: HeaderMap, endStream: boolean): void;
  /** A piece of the body, valid during the call only. */
  decodeData(data: Buffer, endStream: boolean): void;
  /** Trailers, which end the stream. */
  decodeTrailers(trailers: HeaderMap): void;
  /** The request is malformed: answer if that is still possible. The codec takes no more bytes from the connection. */
  onProtocolError(error: CodecError): void;
  /** The head did not arrive in time; `decodeHeaders` will not be called. */
  onRequestHeadersTimeout(): void;
}

/** Writes the response of one stream. */
export interface ResponseEncoder {
  /** An interim response: 100, 102, 103. Any number may come before the response. */
  encode1xxHeaders(headers: HeaderMap): void;
  encodeHeaders(headers: HeaderMap, endStream: boolean): void;
  /** Bytes that stay as they are during the running event. */
  encodeData(data: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** Gives the stream up: the peer must not take what it got for complete. */
  resetStream(reason: ResetReason): void;
  /** Counted: stops and continues the bytes of this stream's request. */
  readDisable(disable: boolean): void;
}

/** Implemented by `ConnectionManager`. */
export interface ServerConnectionCallbacks {
  /**
   * A request begins: its head is complete, or so malformed that it has none.
   * @param protocol HTTP/1.1 where the version could not be read.
   */
  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder;
  /** The stream that `newStream` gave is complete in both directions and the codec has let go of it. */
  onStreamComplete(decoder: RequestDecoder): void;
}

/** A downstream connection's codec. */
export interface ServerConnection {
  readonly protocol: Protocol;
  /** Takes bytes from the connection. What cannot be used yet goes back to it by `unread`. */
  dispatch(data: Buffer): void;
  /** A request's head has begun to arrive and is not complete. */
  readonly isReceivingHead: boolean;
  /** The head that is being received took too long: it becomes a stream that is answered, and the last one. */
  onRequestHeadersTimeout(): void;
  /** No request after the current ones: the next response head says so. */
  goAway(): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
  /** The client has ended its half of a tunnel. */
  onRemoteEnd(): void;
  /** The connection is gone; streams that live are reset. @param byPeer the client has ended it, not we */
  onConnectionClosed(byPeer: boolean): void;
}

/** Receives a response. Implemented by `UpstreamRequest`. */
export interface ResponseDecoder {
  decode1xxHeaders(headers: HeaderMap): void;
  decodeHeaders(headers: HeaderMap, endStream: boolean): void;
  /** A piece of the body, valid during the call only. */
  decodeData(data: Buffer, endStream: boolean): void;
  decodeTrailers(trailers: HeaderMap): void;
}

/** Writes the request of one stream. */
export interface RequestEncoder {
  /** Known with the response head: the two halves end by themselves. */
  readonly isTunnel: boolean;
  encodeHeaders(headers: HeaderMap, endStream: boolean): void;
  encodeData(data: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** Gives the stream up; the connection is not used again. */
  resetStream(reason: ResetReason): void;
  /** Counted: stops and continues the bytes of this stream's response. */
  readDisable(disable: boolean): void;
}

/** Implemented by the pool's `ActiveClient`. */
export interface ClientConnectionCallbacks {
  /**
   * The response is complete.
   * @param reusable whether another request may use the connection
   * @param requestDone false when the answer came before all of the request had been sent
   */
  onResponseComplete(reusable: boolean, requestDone: boolean): void;
  /** The peer broke the protocol; the codec takes no more bytes. Called with and without a stream. */
  onProtocolError(error: CodecError): void;
  /** The stream was given up from our side. A server that reads a tunnel must not take it for ended. */
  onStreamReset(wasTunnel: boolean): void;
  /** Both halves of a tunnel have ended; what was written is still to be sent. */
  onTunnelComplete(): void;
}

/** An upstream connection's codec. */
export interface ClientConnection {
  /** Null where bytes go without HTTP around them. */
  readonly protocol: Protocol | null;
  /** Begins a stream. Only when there is room for one. */
  newStream(decoder: ResponseDecoder, callbacks: StreamCallbacks): RequestEncoder;
  dispatch(data: Buffer): void;
  /**
   * Takes bytes that came on a connection that was used before, and before anything of the stream's request was sent: they
   * answer nobody. The stream is reset as if the connection had closed.
   */
  refuse(data: Buffer): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
  /** The server has ended its half of a tunnel. */
  onRemoteEnd(): void;
  /**
   * The connection is gone: a response that lasts until then is complete if the end was orderly, any other stream is
   * reset.
   * @param orderly the peer sent FIN; false for a RST and for a close from our side
   */
  onConnectionClosed(reason: ResetReason, orderly: boolean): void;
}
