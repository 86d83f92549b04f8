import type { HeaderMap } from "../headers/header-map.js";
import type { ActiveFilter } from "./active-filter.js";
import type { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus } from "./filter.js";

/** What kind of frame a filter is looking at; decides what adding data means. */
type Calling = "nothing" | "headers" | "data" | "trailers";

const EMPTY = Buffer.alloc(0);
const NONE = -1;

/**
 * The loop over the filters of one direction (BEHAVIOUR 4): passes headers, data and trailers from filter to filter
 * until one stops, buffers what must wait, and goes on where it stood. Both directions are this loop; what differs is
 * whom it calls and what lies behind the last filter.
 *
 * One buffer serves the whole direction: it holds what the filter that stopped last has not passed on.
 */
export abstract class FilterIteration<Filter extends ActiveFilter> {
  readonly filters: Filter[] = [];
  protected headers: HeaderMap | null = null;
  protected trailers: HeaderMap | null = null;
  /** The sender has ended the message. */
  private endStream = false;
  private buffered: Buffer[] = [];
  private bufferedBytes = 0;
  private hasBuffered = false;
  /** Over the limit, slow the sender down instead of refusing. */
  private streaming = false;
  private aboveLimit = false;
  private calling: Calling = "nothing";
  private replacement: Buffer | null = null;
  private aborted = false;

  // ---- what the directions differ in

  protected abstract callHeaders(filter: Filter, headers: HeaderMap, endStream: boolean): FilterHeadersStatus;
  protected abstract callData(filter: Filter, data: Buffer, endStream: boolean): FilterDataStatus;
  protected abstract callTrailers(filter: Filter, trailers: HeaderMap): FilterTrailersStatus;
  protected abstract callComplete(filter: Filter): void;
  /** Behind the last filter: the codec when encoding, nothing when decoding. */
  protected abstract passHeaders(headers: HeaderMap, endStream: boolean): void;
  protected abstract passData(data: Buffer, endStream: boolean): void;
  protected abstract passTrailers(trailers: HeaderMap): void;
  /** A filter's stop at the very end of the chain does not hide a body that an earlier one added. */
  protected abstract readonly lastFilterIsTerminal: boolean;
  protected abstract readonly bufferLimitBytes: number;
  /** The buffer is over its limit and may not grow. */
  protected abstract onBufferOverflow(): void;
  protected abstract onBufferAboveLimit(): void;
  protected abstract onBufferBelowLimit(): void;
  protected abstract keep(data: Buffer): Buffer;

  // ---- state others ask for

  get isAborted(): boolean {
    return this.aborted;
  }

  /** True inside a filter's callback of this direction. */
  get isCalling(): boolean {
    return this.calling !== "nothing";
  }

  get isComplete(): boolean {
    return this.endStream;
  }

  get currentTrailers(): HeaderMap | null {
    return this.trailers;
  }

  /** What is buffered, as one piece; null when nothing is. */
  get bufferedData(): Buffer | null {
    if (!this.hasBuffered) return null;
    if (this.buffered.length > 1) this.buffered = [Buffer.concat(this.buffered, this.bufferedBytes)];
    return this.buffered[0] ?? EMPTY;
  }

  /** No frame passes any more: a local reply took over, or the stream is gone. */
  abort(): void {
    this.aborted = true;
    this.dropBuffer();
  }

  // ---- frames from the sender

  startHeaders(headers: HeaderMap, endStream: boolean): void {
    this.headers = headers;
    this.endStream = endStream;
    this.iterateHeaders(0, headers, endStream);
  }

  startData(data: Buffer, endStream: boolean): void {
    if (endStream) this.endStream = true;
    this.iterateData(0, data, endStream);
  }

  startTrailers(trailers: HeaderMap): void {
    this.endStream = true;
    this.trailers = trailers;
    this.iterateTrailers(0, trailers);
  }

  // ---- the loops

  private iterateHeaders(from: number, headers: HeaderMap, messageEnds: boolean): void {
    let endStream = messageEnds;
    // A filter that gives a message without body one: those behind it see a message that goes on.
    let bodyAddedAt = NONE;
    for (let i = from; i < this.filters.length; i++) {
      if (this.aborted) return;
      const filter = this.filters[i] as Filter;
      filter.endStreamSeen = endStream && bodyAddedAt === NONE;
      this.calling = "headers";
      const status = this.callHeaders(filter, headers, filter.endStreamSeen);
      this.calling = "nothing";
      if (this.aborted) return;
      if (status === "continueAndDontEndStream") {
        endStream = false;
        filter.endStreamSeen = false;
      }
      if (filter.endStreamSeen) this.callComplete(filter);
      const goesOn = this.afterHeaders(filter, status);
      if (!goesOn && !(this.lastFilterIsTerminal && i === this.filters.length - 1)) {
        this.continueWithAddedBody(bodyAddedAt);
        return;
      }
      if (endStream && this.hasBuffered && bodyAddedAt === NONE) bodyAddedAt = i;
    }
    if (this.aborted) return;
    this.passHeaders(headers, endStream && bodyAddedAt === NONE);
    this.continueWithAddedBody(bodyAddedAt);
  }

  private afterHeaders(filter: Filter, status: FilterHeadersStatus): boolean {
    switch (status) {
      case "continue":
      case "continueAndDontEndStream":
        filter.headersContinued = true;
        return true;
      case "stopIteration":
        filter.state = "stopSingle";
        return false;
      case "stopAllIterationAndBuffer":
        filter.state = "stopAllBuffer";
        return false;
      case "stopAllIterationAndWatermark":
        filter.state = "stopAllWatermark";
        return false;
    }
  }

  private continueWithAddedBody(filterIndex: number): void {
    if (filterIndex === NONE || this.aborted) return;
    const filter = this.filters[filterIndex] as Filter;
    filter.state = "stopSingle";
    this.continueFrom(filter);
  }

  private iterateData(from: number, start: Buffer, messageEnds: boolean): void {
    let data = start;
    let endStream = messageEnds;
    let trailersAddedAt = NONE;
    const hadTrailers = this.trailers !== null;
    for (let i = from; i < this.filters.length; i++) {
      if (this.aborted) return;
      const filter = this.filters[i] as Filter;
      if (filter.stoppedAll) {
        this.streaming = filter.state === "stopAllWatermark";
        this.addToBuffer(data);
        return;
      }
      // It was told the end before: these bytes are for a message that it has finished with.
      if (filter.endStreamSeen) return;
      filter.endStreamSeen = endStream && this.trailers === null;
      this.calling = "data";
      this.replacement = null;
      const status = this.callData(filter, data, filter.endStreamSeen);
      this.calling = "nothing";
      if (this.aborted) return;
      if (this.replacement !== null) data = this.takeReplacement();
      if (filter.endStreamSeen) this.callComplete(filter);
      if (!hadTrailers && this.trailers !== null && trailersAddedAt === NONE) {
        endStream = false;
        filter.endStreamSeen = false;
        trailersAddedAt = i;
      }
      if (!this.afterData(filter, status, data)) return;
    }
    if (this.aborted) return;
    this.passData(data, endStream);
    if (trailersAddedAt !== NONE && this.trailers !== null) this.iterateTrailers(trailersAddedAt + 1, this.trailers);
  }

  private takeReplacement(): Buffer {
    const replacement = this.replacement as Buffer;
    this.replacement = null;
    return replacement;
  }

  private afterData(filter: Filter, status: FilterDataStatus, data: Buffer): boolean {
    if (status === "continue") {
      if (filter.state !== "stopSingle") return true;
      // The headers were held: they go first, then everything that was buffered, this piece last.
      this.addToBuffer(data);
      this.continueFrom(filter);
      return false;
    }
    filter.state = "stopSingle";
    if (status !== "stopIterationNoBuffer") {
      this.streaming = status === "stopIterationAndWatermark";
      this.addToBuffer(data);
    } else if (this.endStream && this.trailers === null && !this.hasBuffered) {
      // The message ended with bytes that the filter took: going on must still deliver the end.
      this.hasBuffered = true;
    }
    return false;
  }

  private iterateTrailers(from: number, trailers: HeaderMap): void {
    for (let i = from; i < this.filters.length; i++) {
      if (this.aborted) return;
      const filter = this.filters[i] as Filter;
      if (filter.stoppedAll) return;
      this.calling = "trailers";
      const status = this.callTrailers(filter, trailers);
      this.calling = "nothing";
      if (this.aborted) return;
      filter.endStreamSeen = true;
      this.callComplete(filter);
      if (status === "stopIteration") {
        filter.state = "stopSingle";
        return;
      }
      if (filter.state === "stopSingle") {
        this.continueFrom(filter);
        return;
      }
    }
    if (!this.aborted) this.passTrailers(trailers);
  }

  // ---- going on

  /** Goes on after a stop of `filter`: headers that were held, then the buffer, then trailers. */
  continueFrom(filter: Filter): void {
    if (this.aborted || this.headers === null) return;
    if (filter.state === "continue" && filter.headersContinued && !this.hasBuffered) return;
    filter.iterateFromCurrent = filter.stoppedAll;
    filter.state = "continue";
    const dataFrom = filter.iterateFromCurrent ? filter.index : filter.index + 1;
    filter.iterateFromCurrent = false;
    if (!filter.headersContinued) {
      filter.headersContinued = true;
      const endsWithHeaders = this.endStream && !this.hasBuffered && this.trailers === null;
      this.iterateHeaders(filter.index + 1, this.headers, endsWithHeaders);
    }
    // Trailers that a filter adds during the data are passed on by the data's own loop.
    const trailers = this.trailers;
    if (this.hasBuffered) this.iterateData(dataFrom, this.takeBuffer(), this.endStream && trailers === null);
    if (trailers !== null) this.iterateTrailers(dataFrom, trailers);
  }

  /** Adds to what is buffered, or sends it on at once where the filter is at its trailers. */
  addData(filter: Filter, data: Buffer, streaming: boolean): void {
    if (this.aborted) return;
    if (this.calling === "trailers" && filter.state === "continue") {
      this.iterateData(filter.index + 1, data, false);
      this.calling = "trailers";
      return;
    }
    this.streaming = streaming;
    this.addToBuffer(data);
  }

  /** Later filters see these bytes; headers that were held go first. */
  injectData(filter: Filter, data: Buffer, endStream: boolean): void {
    if (this.aborted || this.headers === null) return;
    if (!filter.headersContinued) {
      filter.headersContinued = true;
      this.iterateHeaders(filter.index + 1, this.headers, false);
    }
    this.iterateData(filter.index + 1, data, endStream);
  }

  replaceData(data: Buffer): void {
    this.replacement = data;
  }

  setBuffer(data: Buffer): void {
    this.buffered = [data];
    this.bufferedBytes = data.length;
    this.hasBuffered = true;
  }

  addTrailers(create: () => HeaderMap): HeaderMap {
    this.trailers ??= create();
    return this.trailers;
  }

  // ---- the buffer

  private addToBuffer(data: Buffer): void {
    this.hasBuffered = true;
    if (data.length > 0) {
      this.buffered.push(this.keep(data));
      this.bufferedBytes += data.length;
    }
    if (this.bufferLimitBytes === 0 || this.bufferedBytes <= this.bufferLimitBytes) return;
    if (!this.streaming) this.onBufferOverflow();
    else if (!this.aboveLimit) {
      this.aboveLimit = true;
      this.onBufferAboveLimit();
    }
  }

  private takeBuffer(): Buffer {
    const data = this.bufferedData ?? EMPTY;
    this.dropBuffer();
    return data;
  }

  private dropBuffer(): void {
    this.buffered = [];
    this.bufferedBytes = 0;
    this.hasBuffered = false;
    if (!this.aboveLimit) return;
    this.aboveLimit = false;
    this.onBufferBelowLimit();
  }
}
