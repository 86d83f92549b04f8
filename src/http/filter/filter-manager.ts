import { FlowSteps } from "../../flow/flow-step.js";
import type { HeaderMap } from "../headers/header-map.js";
import { ActiveDecoderFilter, DecoderIteration } from "./decoder-iteration.js";
import { ActiveEncoderFilter, EncoderIteration } from "./encoder-iteration.js";
import type {
  DownstreamWatermarkCallbacks,
  FilterChainCallbacks,
  HttpFilterFactory,
  LocalReply,
  StreamContext,
  StreamDecoderFilter,
  StreamEncoderFilter,
  StreamFilter,
} from "./filter.js";
import { localReplyHeaders, textReply } from "./local-reply.js";

/** What lies at both ends of the chain. Implemented by `ActiveStream`. */
export interface FilterManagerCallbacks extends StreamContext {
  /** The response has passed the last encoder filter. */
  encode1xxHeaders(headers: HeaderMap): void;
  encodeHeaders(headers: HeaderMap, endStream: boolean): void;
  encodeData(data: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** The response cannot be completed; the client must see that. */
  resetFromFilter(details: string): void;
  /** A reply of our own is about to be encoded. */
  onLocalReply(reply: LocalReply): void;
  /** Counted: stops and continues the bytes of the request. */
  requestReadDisable(disable: boolean): void;
  keep(data: Buffer): Buffer;
  onFilterFailure(name: string, error: unknown): void;
  onRequestTooLarge(): void;
  onResponseTooLarge(): void;
}

type ResponseState =
  | "none"
  /** On its way through the encoder filters. */
  | "started"
  /** The head is with the codec. */
  | "sent";

/** Owns a stream's filters and leads its request and response through them. One `destroy` ends them all. */
export class FilterManager implements FilterChainCallbacks {
  readonly stream: FilterManagerCallbacks;
  readonly decoding = new DecoderIteration(this);
  readonly encoding = new EncoderIteration(this);
  private readonly destroyables: { onDestroy(): void }[] = [];
  private watermarkCallbacks: DownstreamWatermarkCallbacks | null = null;
  private downstreamAboveCount = 0;
  private response: ResponseState = "none";
  private preparedReply: LocalReply | null = null;
  private destroyed = false;

  constructor(stream: FilterManagerCallbacks) {
    this.stream = stream;
  }

  // ---- the chain

  createFilterChain(factories: readonly HttpFilterFactory[]): void {
    for (let i = 0; i < factories.length; i++) (factories[i] as HttpFilterFactory).createFilter(this);
    const encoders = this.encoding.filters;
    if (encoders.length > 1) this.reverseEncoders();
  }

  private reverseEncoders(): void {
    const inConfigOrder = this.encoding.filters.splice(0);
    for (let i = inConfigOrder.length - 1; i >= 0; i--) {
      const { name, filter } = inConfigOrder[i] as ActiveEncoderFilter;
      this.pushEncoder(name, filter);
    }
  }

  addStreamDecoderFilter(name: string, filter: StreamDecoderFilter): void {
    this.pushDecoder(name, filter);
    this.destroyables.push(filter);
  }

  addStreamEncoderFilter(name: string, filter: StreamEncoderFilter): void {
    this.pushEncoder(name, filter);
    this.destroyables.push(filter);
  }

  addStreamFilter(name: string, filter: StreamFilter): void {
    this.pushDecoder(name, filter);
    this.pushEncoder(name, filter);
    this.destroyables.push(filter);
  }

  private pushDecoder(name: string, filter: StreamDecoderFilter): void {
    const active = new ActiveDecoderFilter(name, this.decoding.filters.length, filter, this);
    this.decoding.filters.push(active);
    filter.setDecoderFilterCallbacks(active);
  }

  private pushEncoder(name: string, filter: StreamEncoderFilter): void {
    const active = new ActiveEncoderFilter(name, this.encoding.filters.length, filter, this);
    this.encoding.filters.push(active);
    filter.setEncoderFilterCallbacks(active);
  }

  // ---- the request, from the codec

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.decoding.startHeaders(headers, endStream);
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (!this.decoding.isAborted) this.decoding.startData(data, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (!this.decoding.isAborted) this.decoding.startTrailers(trailers);
  }

  // ---- the response, from the terminal filter

  encode1xxHeaders(headers: HeaderMap): void {
    if (this.destroyed || this.response !== "none") return;
    const filters = this.encoding.filters;
    for (let i = 0; i < filters.length; i++) {
      if ((filters[i] as ActiveEncoderFilter).filter.encode1xxHeaders?.(headers) === "stopIteration") return;
    }
    this.stream.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.destroyed || this.encoding.isAborted) return;
    this.response = "started";
    // D3: with or without encoder filters the response passes here.
    const { flow, streamInfo } = this.stream;
    flow?.record(FlowSteps.filterEncode, streamInfo.connectionId, streamInfo.streamId, "headers");
    this.encoding.startHeaders(headers, endStream);
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (this.destroyed || this.encoding.isAborted) return;
    this.encoding.startData(data, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.destroyed || this.encoding.isAborted) return;
    this.encoding.startTrailers(trailers);
  }

  passHeadersToCodec(headers: HeaderMap, endStream: boolean): void {
    this.response = "sent";
    this.stream.encodeHeaders(headers, endStream);
  }

  passDataToCodec(data: Buffer, endStream: boolean): void {
    if (!this.destroyed) this.stream.encodeData(data, endStream);
  }

  passTrailersToCodec(trailers: HeaderMap): void {
    if (!this.destroyed) this.stream.encodeTrailers(trailers);
  }

  // ---- local replies

  /** BEHAVIOUR 2.12: from a decoder callback the reply waits until the callback has returned. */
  sendLocalReply(reply: LocalReply): void {
    if (this.destroyed || this.preparedReply !== null) return;
    const calledFromDecoder = this.decoding.isCalling;
    this.decoding.abort();
    if (calledFromDecoder) {
      this.preparedReply = reply;
      return;
    }
    this.reply(reply);
  }

  /** Sends the reply that a decoder filter prepared during its callback. */
  sendPreparedReply(): void {
    const reply = this.preparedReply;
    if (reply === null) return;
    this.preparedReply = null;
    this.reply(reply);
  }

  private reply(reply: LocalReply): void {
    const { flow, streamInfo } = this.stream;
    // F3
    flow?.record(FlowSteps.localReply, streamInfo.connectionId, streamInfo.streamId, reply.details, reply.status);
    if (this.response === "sent") {
      this.stream.resetFromFilter(reply.details);
      return;
    }
    this.stream.onLocalReply(reply);
    const headers = localReplyHeaders(reply, this.stream.requestHeaders);
    const body = headers.has("content-length") ? Buffer.from(reply.body) : null;
    if (this.response === "none") {
      this.encodeHeaders(headers, body === null);
      if (body !== null) this.encodeData(body, true);
      return;
    }
    // An encoder filter holds a response back that is now replaced: straight to the codec.
    this.encoding.abort();
    this.passHeadersToCodec(headers, body === null);
    if (body !== null) this.passDataToCodec(body, true);
  }

  /** A filter threw: its stream ends with a 500, nothing else is touched. */
  onFilterFailure(name: string, error: unknown): void {
    this.stream.onFilterFailure(name, error);
    this.sendLocalReply(textReply(500, "Internal Server Error", `filter_failure{${name}}`));
  }

  onRequestTooLarge(): void {
    this.stream.onRequestTooLarge();
  }

  onResponseTooLarge(): void {
    this.stream.onResponseTooLarge();
  }

  resetStream(details: string): void {
    if (!this.destroyed) this.stream.resetFromFilter(details);
  }

  // ---- flow control

  requestReadDisable(disable: boolean): void {
    this.stream.requestReadDisable(disable);
  }

  setDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks | null): void {
    this.watermarkCallbacks = callbacks;
    // Whoever comes when the client is slow already must know.
    for (let i = 0; i < this.downstreamAboveCount; i++) callbacks?.onAboveWriteBufferHighWatermark();
  }

  onDownstreamAboveHighWatermark(): void {
    this.downstreamAboveCount++;
    this.watermarkCallbacks?.onAboveWriteBufferHighWatermark();
  }

  onDownstreamBelowLowWatermark(): void {
    this.downstreamAboveCount--;
    this.watermarkCallbacks?.onBelowWriteBufferLowWatermark();
  }

  keep(data: Buffer): Buffer {
    return this.stream.keep(data);
  }

  get isDestroyed(): boolean {
    return this.destroyed;
  }

  /** Ends all filters. Idempotent. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.watermarkCallbacks = null;
    this.decoding.abort();
    this.encoding.abort();
    for (let i = 0; i < this.destroyables.length; i++)
      this.destroyFilter(this.destroyables[i] as { onDestroy(): void });
  }

  private destroyFilter(filter: { onDestroy(): void }): void {
    try {
      filter.onDestroy();
    } catch (error) {
      this.stream.onFilterFailure("onDestroy", error);
    }
  }
}
