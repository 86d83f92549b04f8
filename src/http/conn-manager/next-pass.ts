import type { Dispatcher, Task } from "../../event/dispatcher.js";
import { streamInfoOfNextPass } from "../../stream-info/next-pass.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { FilterManager } from "../filter/filter-manager.js";
import type { HeaderMap } from "../headers/header-map.js";
import { type FlowingStream, recordRepeat } from "./stream-flow.js";

/** A stream whose request may pass the filters more than once. Implemented by `ActiveStream`. */
export interface RepeatedStream extends FlowingStream {
  readonly dispatcher: Dispatcher;
  streamInfo: StreamInfo;
  requestHeaders: HeaderMap;
  responseHeaders: HeaderMap | null;
  /** Writes the line of the pass that ends. */
  logEnd(): void;
  /** The filters of the pass are destroyed, others take their place, and the route is to be chosen anew. */
  replaceFilters(): void;
  /** The filters for the request as it is now; null once the stream is over. */
  createFilters(): FilterManager | null;
}

/**
 * A request that passes the filters once more. It is not looked at again as one from outside is: it
 * comes from ourselves. Run by the dispatcher.
 */
export class NextPass implements Task {
  private readonly stream: RepeatedStream;
  private readonly body: readonly Buffer[];
  private readonly trailers: HeaderMap | null;

  constructor(stream: RepeatedStream, body: readonly Buffer[], trailers: HeaderMap | null) {
    this.stream = stream;
    this.body = body;
    this.trailers = trailers;
  }

  /**
   * The pass under way has its line in the log, and this one begins on the next turn, when whoever brought the redirect
   * has returned.
   * @param response what the pass under way ended with
   */
  follow(headers: HeaderMap, response: HeaderMap): void {
    const { stream } = this;
    const { dispatcher, streamInfo } = stream;
    stream.responseHeaders = response;
    streamInfo.responseCode = response.status;
    streamInfo.responseCodeDetails = "internal_redirect";
    streamInfo.endTimeMs = dispatcher.now();
    recordRepeat(stream, "internal redirect");
    stream.replaceFilters();
    stream.logEnd();
    stream.streamInfo = streamInfoOfNextPass(streamInfo, dispatcher.now(), dispatcher.wallClockMs());
    stream.requestHeaders = headers;
    stream.responseHeaders = null;
    dispatcher.post(this);
  }

  /** The whole request, as a codec would bring it. A chain that has been destroyed takes nothing more. */
  run(): void {
    const { stream, body, trailers } = this;
    const filters = stream.createFilters();
    if (filters === null) return;
    filters.decodeHeaders(stream.requestHeaders, body.length === 0 && trailers === null);
    for (let i = 0; i < body.length; i++) {
      filters.decodeData(body[i] as Buffer, i === body.length - 1 && trailers === null);
    }
    if (trailers !== null) filters.decodeTrailers(trailers);
  }
}
