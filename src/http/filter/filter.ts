import type { Dispatcher } from "../../event/dispatcher.js";
import type { FlowRecorder } from "../../flow/flow-recorder.js";
import type { RedirectHistory } from "../../route/redirect-history.js";
import type { Route } from "../../route/route.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { OwnPools } from "../../upstream/pool/own-pools.js";
import type { LogContext } from "../formatter/log-context.js";
import type { HeaderMap } from "../headers/header-map.js";

/*
 * The contract of HTTP filters, with Envoy's statuses. A filter lives for one stream. It answers each call with what
 * shall happen next and goes on later through its callbacks; it may not throw (one that does costs its own stream a
 * 500) and may not keep bytes of a call beyond it.
 */

export type FilterHeadersStatus =
  /** On to the next filter. */
  | "continue"
  /** Not on; data still comes to this filter, which goes on by `continueDecoding` or by `continue` for data. */
  | "stopIteration"
  /** On, but a body will follow even if the message had none; the filter adds it and ends the stream. */
  | "continueAndDontEndStream"
  /** Not on, and nothing more to this filter until it continues; what comes is buffered, over the limit refused. */
  | "stopAllIterationAndBuffer"
  /** As above; over the limit the sender is told to stop instead. */
  | "stopAllIterationAndWatermark";

export type FilterDataStatus =
  /** On to the next filter; if headers were held back, they go first with all that was buffered. */
  | "continue"
  | "stopIterationAndBuffer"
  | "stopIterationAndWatermark"
  /** The filter has taken the bytes itself. */
  | "stopIterationNoBuffer";

export type FilterTrailersStatus = "continue" | "stopIteration";

/** What every filter of a stream may know of it. */
export interface StreamContext {
  readonly streamInfo: StreamInfo;
  readonly dispatcher: Dispatcher;
  readonly requestHeaders: HeaderMap | null;
  readonly responseHeaders: HeaderMap | null;
  /** Where the stream's steps are recorded; null when nobody looks. */
  readonly flow: FlowRecorder | null;
  /** The route that the request takes, matched on the first call; null when none matches. */
  route(): Route | null;
  /** What formats with operators read. */
  readonly formatContext: LogContext;
  /** Applies the route's rules for response headers. For whoever answers; local replies have it done for them. */
  finalizeResponseHeaders(headers: HeaderMap): void;
  /** The route that the request would take with other headers. */
  routeFor(headers: HeaderMap): Route | null;
  /** What redirects inside of the proxy the request has been through. */
  readonly redirects: RedirectHistory;
  /** A whole number from 0 to 2^53 - 1, drawn once for the stream: all that is decided by chance agrees. */
  randomValue(): number;
  /** The request changed: the next call of `route` matches again. */
  clearRouteCache(): void;
  /** Connection pools that are the downstream connection's own. */
  readonly ownPools: OwnPools;
  /** Bytes that one direction may hold for filters and retries. */
  readonly bufferLimitBytes: number;
}

/** A reply made by the proxy itself. */
export interface LocalReply {
  readonly status: number;
  readonly body: string;
  /** `%RESPONSE_CODE_DETAILS%` */
  readonly details: string;
  /** Further headers, name and value in turn; empty for none. */
  readonly headers: readonly string[];
}

export interface FilterCallbacks {
  readonly stream: StreamContext;
  /** Answers the request here. Nothing more reaches this or later decoder filters; they must return a stopping status. */
  sendLocalReply(reply: LocalReply): void;
  /** The route's configuration for this filter, of the most specific level that has one; null when none has. */
  routeSpecificConfig(): unknown;
  /** Those of all levels: route configuration, virtual host, route, weighted cluster. The most specific one is the last. */
  routeSpecificConfigs(): readonly unknown[];
  /** Gives the stream up without an answer. */
  resetStream(details: string): void;
  /** Makes bytes of a call safe to hold beyond it. */
  keep(data: Buffer): Buffer;
}

export interface DecoderFilterCallbacks extends FilterCallbacks {
  /**
   * Goes on after a stop, with the headers, data and trailers that were held. Within a callback: as soon as it has
   * returned. Does nothing when the filter has not stopped, or a local reply took over.
   */
  continueDecoding(): void;
  /** What this filter's stops hold of the body so far; null when nothing is. */
  readonly decodingBuffer: Buffer | null;
  /** Replaces what is held. */
  setDecodingBuffer(data: Buffer): void;
  /**
   * Adds to what is held; in `decodeHeaders` of a request without a body, gives it one. The bytes of a running
   * `decodeData` are not among it: what becomes of them the filter's answer says.
   */
  addDecodedData(data: Buffer, streaming: boolean): void;
  /** During `decodeData`: later filters see these bytes instead. */
  replaceDecodedData(data: Buffer): void;
  /** Sends bytes to the filters after this one, headers first if they were held. */
  injectDecodedData(data: Buffer, endStream: boolean): void;
  /** During the last `decodeData`: gives the request trailers and returns them to be filled. Otherwise they are lost. */
  addDecodedTrailers(): HeaderMap;

  // What a terminal filter answers with. The response passes all encoder filters.
  encode1xxHeaders(headers: HeaderMap): void;
  encodeHeaders(headers: HeaderMap, endStream: boolean): void;
  encodeData(data: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;

  /**
   * Answers nothing and lets another request, in the place of the complete one, pass a chain of its own from its
   * beginning. This chain is over. False, and nothing has happened, while the request is not complete or when it is
   * answered already. @param response why, for the log
   */
  recreateStream(headers: HeaderMap, body: readonly Buffer[], trailers: HeaderMap | null, response: HeaderMap): boolean;

  /** The filter's own way out is full, or drained again: stops and continues the client's bytes. Calls pair. */
  onDecoderFilterAboveWriteBufferHighWatermark(): void;
  onDecoderFilterBelowWriteBufferLowWatermark(): void;
  /** Who wants to know that the client does not take the response fast enough. One at a time; null ends it. */
  setDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks | null): void;
}

export interface DownstreamWatermarkCallbacks {
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

export interface EncoderFilterCallbacks extends FilterCallbacks {
  continueEncoding(): void;
  readonly encodingBuffer: Buffer | null;
  setEncodingBuffer(data: Buffer): void;
  addEncodedData(data: Buffer, streaming: boolean): void;
  /** During `encodeData`: later filters see these bytes instead. */
  replaceEncodedData(data: Buffer): void;
  injectEncodedData(data: Buffer, endStream: boolean): void;
  addEncodedTrailers(): HeaderMap;
}

export interface StreamDecoderFilter {
  setDecoderFilterCallbacks(callbacks: DecoderFilterCallbacks): void;
  decodeHeaders(headers: HeaderMap, endStream: boolean): FilterHeadersStatus;
  /** @param data valid during the call only */
  decodeData(data: Buffer, endStream: boolean): FilterDataStatus;
  decodeTrailers(trailers: HeaderMap): FilterTrailersStatus;
  /** The filter has seen the last of the request. */
  decodeComplete?(): void;
  /** The stream is over; drop timers and references. Called once. */
  onDestroy(): void;
}

export interface StreamEncoderFilter {
  setEncoderFilterCallbacks(callbacks: EncoderFilterCallbacks): void;
  /** `stopIteration` drops the interim response. */
  encode1xxHeaders?(headers: HeaderMap): FilterTrailersStatus;
  encodeHeaders(headers: HeaderMap, endStream: boolean): FilterHeadersStatus;
  /** @param data valid during the call only */
  encodeData(data: Buffer, endStream: boolean): FilterDataStatus;
  encodeTrailers(trailers: HeaderMap): FilterTrailersStatus;
  encodeComplete?(): void;
  /** Called once; for a filter of both directions only its decoder half's is called. */
  onDestroy(): void;
}

export type StreamFilter = StreamDecoderFilter & StreamEncoderFilter;

/** Receives the filters that a factory makes for one stream. */
export interface FilterChainCallbacks {
  addStreamDecoderFilter(name: string, filter: StreamDecoderFilter): void;
  addStreamEncoderFilter(name: string, filter: StreamEncoderFilter): void;
  addStreamFilter(name: string, filter: StreamFilter): void;
}

/** Makes the filter of each stream; made itself once, from configuration. */
export interface HttpFilterFactory {
  readonly name: string;
  /** Only routes that enable the filter by name get it (`HttpFilter.disabled`). */
  readonly disabledByDefault?: boolean;
  createFilter(chain: FilterChainCallbacks): void;
}
