import { FlowSteps } from "../../../flow/flow-step.js";
import type { Connection } from "../../../network/connection.js";
import type { Protocol } from "../../../stream-info/protocol.js";
import { type HeaderNameFormat, ownNameFormat } from "../../headers/header-case.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { isInformational } from "../../headers/status-code.js";
import { acceptsUpgrade, SWITCHING_PROTOCOLS } from "../../headers/upgrade.js";
import type {
  ClientConnection,
  ClientConnectionCallbacks,
  RequestEncoder,
  ResponseDecoder,
  StreamCallbacks,
} from "../codec.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { ResetReason } from "../reset-reason.js";
import { BodyWriter } from "./body-writer.js";
import { Exchange } from "./exchange.js";
import { encodeRequestHead, outgoingRequestFraming } from "./head-encoder.js";
import type { MessageHead } from "./message-head.js";
import { Http1Parser, type MessageCallbacks } from "./parser.js";
import type { ParserSettings } from "./parser-settings.js";

export interface Http1ClientSettings extends ParserSettings {
  /** Pass trailers on; they are read and dropped otherwise. */
  readonly enableTrailers: boolean;
  /** Write the target in absolute form (RFC 9112 3.2.2), as to another proxy. */
  readonly sendFullyQualifiedUrl: boolean;
}

const EMPTY = Buffer.alloc(0);

/** RFC 9110 15.5.9: some servers say so before they close a connection that nobody has used for long. */
function isIdleTimeout(data: Buffer): boolean {
  return data.toString("latin1", 0, 7) === "HTTP/1." && data.toString("latin1", 8, 13) === " 408 ";
}

/** RFC 9110 8.6: a response that never has content must not announce any. What may follow it belongs to nobody. */
function announcesContent(head: MessageHead): boolean {
  return head.contentLength > 0 || head.transferEncoding !== "";
}

/**
 * The client side of an HTTP/1 connection: one request at a time, never pipelined, so the connection itself is the
 * request encoder of the one stream it has.
 */
export class Http1ClientConnection implements ClientConnection, RequestEncoder, MessageCallbacks {
  readonly protocol: Protocol = "HTTP/1.1";
  private readonly connection: Connection;
  private readonly callbacks: ClientConnectionCallbacks;
  private readonly settings: Http1ClientSettings;
  /** How names are written that came in no spelling of their own; null for lower case. */
  private readonly nameFormat: HeaderNameFormat | null;
  private readonly parser: Http1Parser;
  private readonly exchange = new Exchange();
  private readonly body: BodyWriter;
  private decoder: ResponseDecoder | null = null;
  private stream: StreamCallbacks | null = null;
  private readDisables = 0;
  /** Bytes pass as they are in both directions, each of which ends by itself. */
  isTunnel = false;

  constructor(connection: Connection, callbacks: ClientConnectionCallbacks, settings: Http1ClientSettings) {
    this.connection = connection;
    this.callbacks = callbacks;
    this.settings = settings;
    this.nameFormat = ownNameFormat(settings.headerCase);
    this.parser = new Http1Parser("response", settings, this);
    this.body = new BodyWriter(connection);
  }

  newStream(decoder: ResponseDecoder, callbacks: StreamCallbacks): RequestEncoder {
    this.decoder = decoder;
    this.stream = callbacks;
    this.exchange.reset();
    this.exchange.startRequest();
    return this;
  }

  // ---- request: encoder to bytes

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.parser.answeredMethod = headers.method;
    this.parser.answeredUpgrade = headers.upgradeType;
    const framing = outgoingRequestFraming(headers, endStream);
    this.body.start(framing, headers);
    headers.nameFormat ??= this.nameFormat;
    this.connection.writeText(encodeRequestHead(headers, framing, this.settings.sendFullyQualifiedUrl));
    if (endStream) this.finishRequest(null);
    else if (headers.upgradeType !== "" && this.body.isFull) this.exchange.finishRequest();
    // The stream may attach while earlier bytes are stuck in the socket.
    if (this.connection.isAboveHighWatermark) this.stream?.onAboveWriteBufferHighWatermark();
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (!this.body.write(data)) this.abandon();
    else if (endStream) this.finishRequest(null);
    else if (this.parser.answeredUpgrade !== "" && this.body.isFull) this.exchange.finishRequest();
  }

  encodeTrailers(trailers: HeaderMap): void {
    trailers.nameFormat ??= this.nameFormat;
    this.finishRequest(this.settings.enableTrailers ? trailers : null);
  }

  private finishRequest(trailers: HeaderMap | null): void {
    if (!this.body.end(trailers)) {
      this.abandon();
      return;
    }
    this.exchange.finishRequest();
    if (this.isTunnel) this.endOurHalf();
  }

  /** A filter made the body differ from the announced length: the origin must not see a complete request. */
  private abandon(): void {
    const stream = this.stream;
    this.resetStream("local reset");
    stream?.onResetStream("local reset");
  }

  resetStream(_reason: ResetReason): void {
    if (this.decoder === null) return;
    this.letGo();
    this.parser.stop();
    this.callbacks.onStreamReset(this.isTunnel);
  }

  readDisable(disable: boolean): void {
    // A stream that is over has given back what it stopped.
    if (this.decoder === null || (!disable && this.readDisables === 0)) return;
    this.readDisables += disable ? 1 : -1;
    this.connection.readDisable(disable);
  }

  // ---- response: bytes to the decoder

  dispatch(data: Buffer): void {
    if (this.decoder === null) {
      this.refuseUnsolicited(data);
      return;
    }
    const used = this.parser.execute(data);
    if (this.decoder === null || !this.exchange.responseDone) return;
    if (used < data.length) this.exchange.forbidReuse();
    this.completeResponse();
    if (used < data.length) this.refuseUnsolicited(data.subarray(used));
  }

  refuse(data: Buffer): void {
    const stream = this.stream;
    this.letGo();
    stream?.onResetStream("connection termination");
    this.refuseUnsolicited(data);
  }

  /** RFC 9112 9.2: nobody asked, so nobody may get them; least of all the next request. */
  private refuseUnsolicited(data: Buffer): void {
    this.parser.stop();
    this.callbacks.onProtocolError(isIdleTimeout(data) ? Http1Errors.idleTimeout : Http1Errors.unsolicitedBytes);
  }

  onMessageHead(head: MessageHead, hasBody: boolean): void {
    const status = head.headers.status;
    if (acceptsUpgrade(this.parser.answeredUpgrade, status)) {
      this.startTunnel(head);
      return;
    }
    if (status === SWITCHING_PROTOCOLS) {
      this.fail(Http1Errors.upgradeNotAsked);
      return;
    }
    if (isInformational(status)) {
      if (announcesContent(head)) this.exchange.forbidReuse();
      this.decoder?.decode1xxHeaders(head.headers);
      return;
    }
    if (!head.wantsKeepAlive || (status === 204 && announcesContent(head))) this.exchange.forbidReuse();
    this.exchange.startResponse();
    // D2
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.responseHeadComplete, id, flowStreamId, "", status);
    if (!hasBody) this.endResponse();
    this.decoder?.decodeHeaders(head.headers, !hasBody);
  }

  /** G1 */
  private startTunnel(head: MessageHead): void {
    if (head.headers.status === SWITCHING_PROTOCOLS && !head.hasUpgrade) {
      this.fail(Http1Errors.upgradeNotNamed);
      return;
    }
    if (!this.exchange.requestDone) {
      this.fail(Http1Errors.upgradeBeforeRequestEnd);
      return;
    }
    this.isTunnel = true;
    this.exchange.forbidReuse();
    this.exchange.startTunnel();
    this.body.startTunnel();
    this.connection.allowHalfOpen();
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.responseHeadComplete, id, flowStreamId, "", head.headers.status);
    flow?.record(FlowSteps.upstreamSwitched, id, flowStreamId);
    this.decoder?.decodeHeaders(head.headers, false);
  }

  /** G3: the client has nothing more to say; what was written goes first. */
  private endOurHalf(): void {
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.clientHalfEnded, id, flowStreamId);
    this.connection.endWrite();
    this.completeTunnel();
  }

  onRemoteEnd(): void {
    this.parser.finish();
    this.completeTunnel();
  }

  private completeTunnel(): void {
    if (this.decoder === null || !this.exchange.requestDone || !this.exchange.responseDone) return;
    this.letGo();
    this.callbacks.onTunnelComplete();
  }

  onBody(data: Buffer, last: boolean): void {
    if (last) this.endResponse();
    this.decoder?.decodeData(data, last);
  }

  onMessageEnd(trailers: HeaderMap | null): void {
    // A response without a body ended with its head.
    if (this.exchange.responseDone) return;
    this.endResponse();
    if (trailers !== null && this.settings.enableTrailers) this.decoder?.decodeTrailers(trailers);
    else this.decoder?.decodeData(EMPTY, true);
  }

  private endResponse(): void {
    this.exchange.finishResponse();
    this.parser.pause();
  }

  private completeResponse(): void {
    // D6
    this.connection.flow?.record(FlowSteps.upstreamMessageComplete, this.connection.id, this.connection.flowStreamId);
    const { reusable, requestDone } = this.exchange;
    this.letGo();
    this.parser.resume();
    this.callbacks.onResponseComplete(reusable, requestDone);
  }

  onParseError(error: CodecError): void {
    this.fail(error);
  }

  private fail(error: CodecError): void {
    this.parser.stop();
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.reset, id, flowStreamId, error.message);
    const stream = this.stream;
    this.letGo();
    stream?.onResetStream("protocol error");
    this.callbacks.onProtocolError(error);
  }

  /** The stream is over on this connection; reads it had stopped go on. */
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

  onConnectionClosed(reason: ResetReason, orderly: boolean): void {
    if (this.decoder === null) return;
    // A response without length ends with its connection (RFC 9112 6.3), any other is cut short.
    if (orderly && !this.isTunnel && this.parser.finish() && this.exchange.responseDone) {
      const { flow, id, flowStreamId } = this.connection;
      flow?.record(FlowSteps.upstreamMessageComplete, id, flowStreamId, "by close");
      this.letGo();
      return;
    }
    this.parser.stop();
    const stream = this.stream;
    this.letGo();
    stream?.onResetStream(reason);
  }
}
