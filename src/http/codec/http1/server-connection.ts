import { FlowSteps } from "../../../flow/flow-step.js";
import type { Connection } from "../../../network/connection.js";
import type { Protocol } from "../../../stream-info/protocol.js";
import { type HeaderNameFormat, ownNameFormat } from "../../headers/header-case.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { acceptsUpgrade } from "../../headers/upgrade.js";
import type { RequestDecoder, ResponseEncoder, ServerConnection, ServerConnectionCallbacks } from "../codec.js";
import type { CodecError } from "../codec-error.js";
import type { ResetReason } from "../reset-reason.js";
import { BodyWriter } from "./body-writer.js";
import { Exchange } from "./exchange.js";
import { encodeResponseHead, encodeTunnelHead, outgoingResponseFraming } from "./head-encoder.js";
import type { MessageHead } from "./message-head.js";
import { Http1Parser, type MessageCallbacks } from "./parser.js";
import type { ParserSettings } from "./parser-settings.js";

export interface Http1ServerSettings extends ParserSettings {
  /** Pass trailers on; they are read and dropped otherwise. */
  readonly enableTrailers: boolean;
}

/** Requests answered in one go before other sockets get their turn; a pipelining client could starve them. */
const MAX_REQUESTS_PER_IO_TURN = 16;

const EMPTY = Buffer.alloc(0);

/**
 * The server side of an HTTP/1 connection. Requests are served one after the other, so the connection itself is the
 * response encoder of the one stream it has.
 */
export class Http1ServerConnection implements ServerConnection, ResponseEncoder, MessageCallbacks {
  private readonly connection: Connection;
  private readonly callbacks: ServerConnectionCallbacks;
  private readonly settings: Http1ServerSettings;
  /** How names are written that came in no spelling of their own; null for lower case. */
  private readonly nameFormat: HeaderNameFormat | null;
  private readonly parser: Http1Parser;
  private readonly exchange = new Exchange();
  private readonly body: BodyWriter;
  private decoder: RequestDecoder | null = null;
  /** The head of a request without a body, until its end is reported. */
  private bodylessHead: HeaderMap | null = null;
  private requestMethod = "";
  private requestProtocol: Protocol = "HTTP/1.1";
  private goingAway = false;
  private requestsThisTurn = 0;
  /** A response is complete, and the next request waits until the client has taken most of it. */
  private heldForSlowClient = false;
  private readDisables = 0;
  /** What the request asks to make of the connection; empty for nothing. */
  private upgradeType = "";
  /** Bytes pass as they are in both directions, each of which ends by itself. */
  private isTunnel = false;

  constructor(connection: Connection, callbacks: ServerConnectionCallbacks, settings: Http1ServerSettings) {
    this.connection = connection;
    this.callbacks = callbacks;
    this.settings = settings;
    this.nameFormat = ownNameFormat(settings.headerCase);
    this.parser = new Http1Parser("request", settings, this);
    this.body = new BodyWriter(connection);
  }

  get protocol(): Protocol {
    return this.requestProtocol;
  }

  // ---- request: bytes to the decoder

  dispatch(data: Buffer): void {
    // A3
    this.recordParsing();
    this.requestsThisTurn = 0;
    const used = this.parser.execute(data);
    if (used < data.length) this.connection.unread(data.subarray(used));
  }

  onMessageHead(head: MessageHead, hasBody: boolean): void {
    // A3 again: a request before this one was answered within the same event.
    if (this.requestsThisTurn > 0) this.recordParsing();
    this.requestProtocol = head.protocol;
    this.requestMethod = head.headers.method;
    this.upgradeType = head.headers.upgradeType;
    this.exchange.startRequest();
    if (!head.wantsKeepAlive) this.exchange.forbidReuse();
    this.decoder = this.callbacks.newStream(this, head.protocol);
    // The end of the response before this one may have filled the way out, after reading went on.
    if (this.connection.isAboveHighWatermark) this.decoder.onAboveWriteBufferHighWatermark();
    if (hasBody) this.decoder.decodeHeaders(head.headers, false);
    else this.bodylessHead = head.headers;
  }

  private recordParsing(): void {
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.parserContinues, id, flowStreamId);
  }

  onBody(data: Buffer, last: boolean): void {
    if (last) this.onRequestComplete();
    // An upgrade lasts beyond its message.
    this.decoder?.decodeData(data, last && this.upgradeType === "");
  }

  onMessageEnd(trailers: HeaderMap | null): void {
    const head = this.bodylessHead;
    this.bodylessHead = null;
    if (!this.isTunnel) this.onRequestComplete();
    if (head !== null) this.decoder?.decodeHeaders(head, this.upgradeType === "");
    else if (trailers !== null && this.settings.enableTrailers) this.decoder?.decodeTrailers(trailers);
    else this.decoder?.decodeData(EMPTY, true);
  }

  /** The request is complete. First of all the next one is kept from being parsed, then this one goes on its way. */
  private onRequestComplete(): void {
    const { flow, id, flowStreamId } = this.connection;
    // A4
    flow?.record(FlowSteps.requestComplete, id, flowStreamId);
    // A5
    this.parser.pause();
    this.connection.readDisable(true);
    flow?.record(FlowSteps.readDisabled, id, flowStreamId);
    this.exchange.finishRequest();
  }

  onParseError(error: CodecError): void {
    this.lastStream().onProtocolError(error);
  }

  get isReceivingHead(): boolean {
    return this.decoder === null && this.parser.isInsideHead;
  }

  onRequestHeadersTimeout(): void {
    this.parser.stop();
    this.lastStream().onRequestHeadersTimeout();
  }

  /** The stream that ends the connection: the one in progress, or one for a head that could not be read. */
  private lastStream(): RequestDecoder {
    this.exchange.forbidReuse();
    if (this.decoder === null) {
      this.requestMethod = "";
      this.upgradeType = "";
      this.requestProtocol = "HTTP/1.1";
      this.exchange.startRequest();
      this.decoder = this.callbacks.newStream(this, "HTTP/1.1");
    }
    return this.decoder;
  }

  // ---- response: encoder to bytes

  encode1xxHeaders(headers: HeaderMap): void {
    // RFC 9110 15.2: a client of HTTP/1.0 does not know interim responses.
    if (this.requestProtocol === "HTTP/1.0") return;
    headers.nameFormat ??= this.nameFormat;
    this.connection.writeText(encodeResponseHead(headers, "none", this.requestMethod, ""));
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.upgradeType !== "" && !this.isTunnel) {
      if (acceptsUpgrade(this.upgradeType, headers.status)) {
        this.startTunnel(headers);
        return;
      }
      // What a client sends that does not wait for the answer is no request.
      this.exchange.forbidReuse();
    }
    this.exchange.startResponse();
    // What the client still sends after an early answer could not be told from the next request for sure.
    if (this.goingAway || !this.exchange.requestDone) this.exchange.forbidReuse();
    const isHttp11 = this.requestProtocol === "HTTP/1.1";
    const framing = outgoingResponseFraming(headers, endStream, this.requestMethod, isHttp11);
    if (framing === "untilClose") this.exchange.forbidReuse();
    this.body.start(framing, headers);
    headers.nameFormat ??= this.nameFormat;
    this.connection.writeText(encodeResponseHead(headers, framing, this.requestMethod, this.connectionField(isHttp11)));
    // D4
    this.connection.flow?.record(
      FlowSteps.responseEncoded,
      this.connection.id,
      this.connection.flowStreamId,
      "headers",
    );
    if (endStream) this.finishResponse(null);
  }

  /** G2: the client's bytes were held back until here. */
  private startTunnel(headers: HeaderMap): void {
    if (!this.exchange.requestDone) {
      this.abandon();
      return;
    }
    this.isTunnel = true;
    this.exchange.forbidReuse();
    this.exchange.startTunnel();
    this.body.startTunnel();
    headers.nameFormat ??= this.nameFormat;
    this.connection.writeText(encodeTunnelHead(headers));
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.responseEncoded, id, flowStreamId, "headers");
    flow?.record(FlowSteps.downstreamSwitched, id, flowStreamId);
    this.parser.startTunnel();
    this.connection.allowHalfOpen();
    this.connection.readDisable(false);
  }

  private connectionField(isHttp11: boolean): string {
    if (!this.exchange.mayKeepAlive) return "close";
    return isHttp11 ? "" : "keep-alive";
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (!this.body.write(data)) {
      this.abandon();
      return;
    }
    const { flow, id, flowStreamId } = this.connection;
    if (data.length > 0) flow?.record(FlowSteps.responseEncoded, id, flowStreamId, "data", data.length);
    if (endStream) this.finishResponse(null);
  }

  encodeTrailers(trailers: HeaderMap): void {
    trailers.nameFormat ??= this.nameFormat;
    this.finishResponse(this.settings.enableTrailers ? trailers : null);
  }

  private finishResponse(trailers: HeaderMap | null): void {
    if (!this.body.end(trailers)) {
      this.abandon();
      return;
    }
    this.exchange.finishResponse();
    if (this.isTunnel) {
      this.endOurHalf();
      return;
    }
    const decoder = this.decoder;
    this.decoder = null;
    // D7
    this.connection.flow?.record(FlowSteps.responseComplete, this.connection.id, this.connection.flowStreamId);
    if (decoder !== null) this.callbacks.onStreamComplete(decoder);
    // Reads that the stream had stopped go on: the next request must not wait for one that is over.
    for (; this.readDisables > 0; this.readDisables--) this.connection.readDisable(false);
    if (this.exchange.reusable) this.prepareNextRequest();
    else this.closeAfterResponse();
  }

  /** G4: the upstream has nothing more to say; what was written goes first. */
  private endOurHalf(): void {
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.upstreamHalfEnded, id, flowStreamId);
    this.connection.endWrite();
    this.completeTunnel();
  }

  onRemoteEnd(): void {
    this.exchange.finishRequest();
    this.parser.finish();
    this.completeTunnel();
  }

  private completeTunnel(): void {
    const decoder = this.decoder;
    if (decoder === null || !this.exchange.requestDone || !this.exchange.responseDone) return;
    this.decoder = null;
    this.callbacks.onStreamComplete(decoder);
    this.connection.close("flushWrite", "tunnel_complete");
  }

  private prepareNextRequest(): void {
    this.exchange.reset();
    this.connection.flowStreamId = 0;
    // Pipelined requests wait while the client does not take the answers it has: those would pile up.
    if (this.connection.isAboveHighWatermark) this.heldForSlowClient = true;
    else this.continueReading();
  }

  private continueReading(): void {
    this.connection.readDisable(false);
    // Over its budget the connection stays paused for this turn: what is left comes again on the next one.
    if (++this.requestsThisTurn < MAX_REQUESTS_PER_IO_TURN) this.parser.resume();
    else this.parser.resumeOnNextExecute();
  }

  private closeAfterResponse(): void {
    // A client that is still sending would lose the answer to a RST; one that is done, or waits for the end of a
    // body without length, needs the FIN at once (`delayed_close_timeout`).
    // The same holds for one that has pipelined more: its bytes, unread in the kernel, would turn the FIN into a RST.
    const mayBeSending = !this.exchange.requestDone || this.upgradeType !== "";
    const lingers = mayBeSending || this.connection.hasUnreadBytes;
    this.parser.stop();
    this.connection.close(lingers ? "flushWriteAndDelay" : "flushWrite", "response_complete");
  }

  /** A filter made the body differ from the announced length: the client must not take it for complete. */
  private abandon(): void {
    const decoder = this.decoder;
    this.resetStream("local reset");
    decoder?.onResetStream("local reset");
  }

  resetStream(_reason: ResetReason): void {
    if (this.decoder === null) return;
    this.decoder = null;
    this.parser.stop();
    // A body that lasts until the close would look complete after an orderly one.
    const { framing } = this.body;
    const looksComplete = this.exchange.responseStarted && (framing === "untilClose" || framing === "tunnel");
    this.connection.close(looksComplete ? "reset" : "flushWrite", "stream_reset");
  }

  readDisable(disable: boolean): void {
    // A stream that is over has given back what it stopped: what it says now would be for the next one.
    if (this.decoder === null || (!disable && this.readDisables === 0)) return;
    this.readDisables += disable ? 1 : -1;
    this.connection.readDisable(disable);
  }

  // ---- connection

  goAway(): void {
    this.goingAway = true;
  }

  onAboveWriteBufferHighWatermark(): void {
    this.decoder?.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    if (this.heldForSlowClient) {
      this.heldForSlowClient = false;
      this.continueReading();
    }
    this.decoder?.onBelowWriteBufferLowWatermark();
  }

  onConnectionClosed(byPeer: boolean): void {
    const isHeadCut = byPeer && this.decoder === null && this.parser.hasBegunMessage;
    this.parser.stop();
    // A request that is never to be complete was one all the same: it is counted, and has its line in the log.
    const decoder = isHeadCut ? this.lastStream() : this.decoder;
    this.decoder = null;
    decoder?.onResetStream("connection termination");
  }
}
