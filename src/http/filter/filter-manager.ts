import { type FlowStep, FlowSteps } from "../../flow/flow-step.js";
import type { FilterOverrides } from "../../route/filter-overrides.js";
import type { Route } from "../../route/route.js";
import type { HeaderMap } from "../headers/header-map.js";
import { DecoderIteration } from "./decoder-iteration.js";
import { type ActiveEncoderFilter, EncoderIteration } from "./encoder-iteration.js";
import type { DownstreamWatermarkCallbacks, HttpFilterFactory, LocalReply, StreamContext } from "./filter.js";
import { encodeLocalReply, type LocalReplyRewriting, textReply } from "./local-reply.js";
import { StreamFilters } from "./stream-filters.js";

/** What lies at both ends of the chain. Implemented by `ActiveStream`. */
export interface FilterManagerCallbacks extends StreamContext, LocalReplyRewriting {
  /** The client has sent all of its request. */
  readonly isRequestComplete: boolean;
  /** The response has passed the last encoder filter. */
  encode1xxHeaders(headers: HeaderMap): void;
  encodeHeaders(headers: HeaderMap, endStream: boolean): void;
  encodeData(data: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** The response cannot be completed; the client must see that. */
  resetFromFilter(details: string): void;
  /** A chain anew, for another request in the place of the one that is complete; this one is destroyed. */
  recreateStream(headers: HeaderMap, body: readonly Buffer[], trailers: HeaderMap | null, response: HeaderMap): void;
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
export class FilterManager {
  readonly stream: FilterManagerCallbacks;
  readonly decoding = new DecoderIteration(this);
  readonly encoding = new EncoderIteration(this);
  private readonly filters = new StreamFilters(this);
  private watermarkCallbacks: DownstreamWatermarkCallbacks | null = null;
  private downstreamAboveCount = 0;
  private response: ResponseState = "none";
  private preparedReply: LocalReply | null = null;
  private repliedLocally = false;
  private destroyed = false;

  constructor(stream: FilterManagerCallbacks) {
    this.stream = stream;
  }

  /** Takes the place of another one of the same stream. */
  inherit(previous: FilterManager): void {
    this.downstreamAboveCount = previous.downstreamAboveCount;
  }

  // ---- the chain

  /**
   * Once for a stream; a local reply that comes before the request's headers needs the chain, too.
   * @param route may leave filters out, or let those in that are disabled by default
   */
  createFilterChain(factories: readonly HttpFilterFactory[], route: Route | null): void {
    this.filters.create(factories, route);
  }

  /** What the request's route says of filters; null for nothing. */
  get filterOverrides(): FilterOverrides | null {
    const route = this.stream.route();
    return route === null ? null : route.filterOverrides;
  }

  // ---- the request, from the codec

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    // A6: with or without filters before the router the request passes here.
    this.recordPassing(FlowSteps.filterDecode, "headers");
    this.decoding.startHeaders(headers, endStream);
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (this.decoding.isAborted) return;
    if (data.length > 0) this.recordPassing(FlowSteps.filterDecode, "data", data.length);
    this.decoding.startData(data, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.decoding.isAborted) return;
    this.recordPassing(FlowSteps.filterDecode, "trailers");
    this.decoding.startTrailers(trailers);
  }

  // ---- the response, from the terminal filter

  encode1xxHeaders(headers: HeaderMap): void {
    if (!this.awaitsResponse) return;
    const filters = this.encoding.filters;
    for (let i = 0; i < filters.length; i++) {
      if (this.encoding.call1xxHeaders(filters[i] as ActiveEncoderFilter, headers) === "stopIteration") return;
      if (!this.awaitsResponse) return;
    }
    this.stream.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.awaitsResponse) this.startResponse(headers, endStream);
  }

  /** Nobody has answered yet; the terminal filter comes too late once a local reply took its place. */
  private get awaitsResponse(): boolean {
    return !this.destroyed && this.response === "none" && !this.repliedLocally && this.preparedReply === null;
  }

  private startResponse(headers: HeaderMap, endStream: boolean): void {
    this.response = "started";
    // D3: with or without encoder filters the response passes here.
    this.recordPassing(FlowSteps.filterEncode, "headers");
    this.encoding.startHeaders(headers, endStream);
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (!this.repliedLocally && !this.encoding.isAborted) this.startResponseData(data, endStream);
  }

  private startResponseData(data: Buffer, endStream: boolean): void {
    if (data.length > 0) this.recordPassing(FlowSteps.filterEncode, "data", data.length);
    this.encoding.startData(data, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.repliedLocally || this.encoding.isAborted) return;
    this.recordPassing(FlowSteps.filterEncode, "trailers");
    this.encoding.startTrailers(trailers);
  }

  private recordPassing(step: FlowStep, what: string, bytes = -1): void {
    const { flow, streamInfo } = this.stream;
    flow?.record(step, streamInfo.connectionId, streamInfo.streamId, what, bytes);
  }

  passHeadersToCodec(headers: HeaderMap, endStream: boolean): void {
    if (headers.status === 0) {
      this.sendLocalReply(STATUS_REMOVED);
      return;
    }
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

  /** From a decoder callback the reply waits until the callback has returned. */
  sendLocalReply(reply: LocalReply): void {
    if (this.destroyed || this.preparedReply !== null) return;
    this.decoding.abort();
    if (this.decoding.isCalling && this.awaitsResponse) this.preparedReply = reply;
    else this.reply(reply);
  }

  /** Sends the reply that a decoder filter prepared during its callback. */
  sendPreparedReply(): void {
    const reply = this.preparedReply;
    if (reply === null) return;
    this.preparedReply = null;
    if (!this.destroyed) this.reply(reply);
  }

  private reply(reply: LocalReply): void {
    const { flow, streamInfo } = this.stream;
    // F3
    flow?.record(FlowSteps.localReply, streamInfo.connectionId, streamInfo.streamId, reply.details, reply.status);
    if (this.response === "sent") {
      this.stream.resetFromFilter(reply.details);
      return;
    }
    this.repliedLocally = true;
    this.stream.onLocalReply(reply);
    const { headers, body } = encodeLocalReply(reply, this.stream.requestHeaders, this.stream);
    if (this.response === "none") {
      this.startResponse(headers, body === null);
      if (body !== null && !this.encoding.isAborted) this.startResponseData(body, true);
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

  onInvalidStatus(name: string, status: unknown): void {
    // An async function: what it rejects with must not end the process.
    if (status instanceof Promise) status.catch(ignoreRejection);
    this.onFilterFailure(name, new TypeError(`${String(status)} is no status that a filter can answer with`));
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

  /** What the client has yet to send would belong to neither of the two. */
  recreateStream(
    headers: HeaderMap,
    body: readonly Buffer[],
    trailers: HeaderMap | null,
    response: HeaderMap,
  ): boolean {
    if (!this.awaitsResponse || !this.stream.isRequestComplete) return false;
    this.stream.recreateStream(headers, body, trailers, response);
    return true;
  }

  // ---- flow control

  requestReadDisable(disable: boolean): void {
    this.stream.requestReadDisable(disable);
  }

  setDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks | null): void {
    if (this.destroyed) return;
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

  /** Ends all filters. Idempotent. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.watermarkCallbacks = null;
    this.decoding.abort();
    this.encoding.abort();
    this.filters.destroy();
  }
}

/** What a filter makes of a response must still be one. */
const STATUS_REMOVED = textReply(
  502,
  "missing required header: :status",
  "filter_removed_required_response_headers{missing_required_header:_:status}",
);

function ignoreRejection(): void {}
