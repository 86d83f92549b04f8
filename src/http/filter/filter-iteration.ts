import type { HeaderMap } from "../headers/header-map.js";
import type { ActiveFilter } from "./active-filter.js";
import type { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus } from "./filter.js";
import { HeldBytes, type HeldBytesOwner } from "./held-bytes.js";

/** What kind of frame a filter is looking at; decides what adding data means. */
type Calling = "nothing" | "headers" | "data" | "trailers";

const EMPTY = Buffer.alloc(0);

/**
 * The loop over the filters of one direction: passes headers, data and trailers from filter to filter
 * until one stops, holds what must wait, and goes on where it stood. Both directions are this loop; what differs is
 * whom it calls and what lies behind the last filter.
 *
 * What waits, waits at the filter that stopped it, so that no filter is passed over when one before or behind it goes
 * on. All that is held in a direction counts against one limit.
 */
export abstract class FilterIteration<Filter extends ActiveFilter> implements HeldBytesOwner {
  readonly filters: Filter[] = [];
  private headers: HeaderMap | null = null;
  private trailers: HeaderMap | null = null;
  /** Null until a filter holds something back, which most never do. */
  private held: HeldBytes | null = null;
  /** Over the limit, slow the sender down instead of refusing. */
  private streaming = false;
  private calling: Calling = "nothing";
  private aborted = false;

  // ---- what the directions differ in

  protected abstract callHeaders(filter: Filter, headers: HeaderMap, endStream: boolean): FilterHeadersStatus;
  protected abstract callData(filter: Filter, data: Buffer, endStream: boolean): FilterDataStatus;
  protected abstract callTrailers(filter: Filter, trailers: HeaderMap): FilterTrailersStatus;
  protected abstract callComplete(filter: Filter): void;
  /** The filter answered with something that is no status: a filter in plain JavaScript may. */
  protected abstract onInvalidStatus(filter: Filter, status: never): void;
  /** The filter adds to a message whose end it has let pass: nothing that lies behind it could take more. */
  protected abstract onInvalidAddition(): void;
  /** Behind the last filter: the codec when encoding, nothing when decoding. */
  protected abstract passHeaders(headers: HeaderMap, endStream: boolean): void;
  protected abstract passData(data: Buffer, endStream: boolean): void;
  protected abstract passTrailers(trailers: HeaderMap): void;
  abstract readonly bufferLimitBytes: number;
  abstract onBufferOverflow(): void;
  abstract onBufferAboveLimit(): void;
  abstract onBufferBelowLimit(): void;
  abstract keep(data: Buffer): Buffer;

  // ---- state others ask for

  get isAborted(): boolean {
    return this.aborted;
  }

  /** True inside a filter's callback of this direction. */
  get isCalling(): boolean {
    return this.calling !== "nothing";
  }

  /** No frame passes any more: a local reply took over, or the stream is gone. */
  abort(): void {
    this.aborted = true;
    this.held?.drop(this.filters);
  }

  // ---- frames from the sender

  startHeaders(headers: HeaderMap, endStream: boolean): void {
    this.headers = headers;
    this.iterateHeaders(0, headers, endStream);
  }

  startData(data: Buffer, endStream: boolean): void {
    this.iterateData(0, data, endStream);
  }

  startTrailers(trailers: HeaderMap): void {
    this.trailers = trailers;
    this.iterateTrailers(0, trailers);
  }

  // ---- the loops

  private iterateHeaders(from: number, headers: HeaderMap, messageEnds: boolean): void {
    let endStream = messageEnds;
    // The filter that gave the message a body: those behind it see headers that do not end it, then that body.
    let adder: Filter | null = null;
    for (let i = from; i < this.filters.length; i++) {
      if (this.aborted) return;
      const filter = this.filters[i] as Filter;
      filter.endReached = endStream;
      filter.endStreamSeen = endStream;
      const outer = this.enter(filter, "headers");
      const status = this.callHeaders(filter, headers, endStream);
      if (endStream && !this.aborted) this.callComplete(filter);
      this.leave(filter, outer);
      if (this.aborted) return;
      if (!this.afterHeaders(filter, status)) {
        this.continueWithAddedBody(adder);
        this.continueIfAsked(filter);
        return;
      }
      if (filter.held === null) continue;
      endStream = false;
      if (filter.state === "continue") adder ??= filter;
    }
    if (this.aborted) return;
    this.passHeaders(headers, endStream);
    this.continueWithAddedBody(adder);
  }

  /** True when the headers go on to the next filter. */
  private afterHeaders(filter: Filter, status: FilterHeadersStatus): boolean {
    if (this.aborted) return false;
    // Data that the filter injected during the call have taken the headers along.
    const goesOn = !filter.headersContinued;
    switch (status) {
      case "continueAndDontEndStream":
        filter.headersContinued = true;
        if (filter.endStreamSeen && goesOn) this.holdEnd(filter);
        return goesOn;
      case "continue":
        filter.headersContinued = true;
        return goesOn;
      case "stopIteration":
        filter.state = "stopSingle";
        return false;
      case "stopAllIterationAndBuffer":
        filter.state = "stopAllBuffer";
        return false;
      case "stopAllIterationAndWatermark":
        filter.state = "stopAllWatermark";
        return false;
      default:
        this.onInvalidStatus(filter, status);
        return false;
    }
  }

  private continueWithAddedBody(adder: Filter | null): void {
    if (adder === null) return;
    adder.state = "stopSingle";
    this.continueFrom(adder);
  }

  private iterateData(from: number, start: Buffer, messageEnds: boolean): void {
    let data = start;
    let endStream = messageEnds;
    let stoppedAt: Filter | null = null;
    let trailersAdder: Filter | null = null;
    const hadTrailers = this.trailers !== null;
    for (let i = from; i < this.filters.length && stoppedAt === null; i++) {
      if (this.aborted) return;
      const filter = this.filters[i] as Filter;
      // It was told the end before: these bytes are for a message that it has finished with.
      if (filter.endStreamSeen) return;
      const ends = endStream && this.trailers === null;
      filter.endReached = ends;
      if (filter.stoppedAll) {
        this.streaming = filter.state === "stopAllWatermark";
        this.hold(filter, data);
        stoppedAt = filter;
        break;
      }
      filter.endStreamSeen = ends;
      const outer = this.enter(filter, "data");
      const status = this.callData(filter, data, ends);
      if (ends && !this.aborted) this.callComplete(filter);
      this.leave(filter, outer);
      if (this.aborted) return;
      if (filter.replacement !== null) {
        data = filter.replacement;
        filter.replacement = null;
      }
      if (!hadTrailers && filter.trailersReached && trailersAdder === null) {
        endStream = false;
        trailersAdder = filter;
      }
      if (!this.afterData(filter, status, data)) stoppedAt = filter;
    }
    if (this.aborted) return;
    if (stoppedAt === null) this.passData(data, endStream);
    // A filter that added trailers and stopped passes them on itself when it goes on.
    if (trailersAdder === null || trailersAdder === stoppedAt) return;
    this.iterateTrailers(trailersAdder.index + 1, this.trailers as HeaderMap);
  }

  /** True when the data go on to the next filter. */
  private afterData(filter: Filter, status: FilterDataStatus, data: Buffer): boolean {
    if (this.aborted) return false;
    switch (status) {
      case "continue":
        if (filter.headersContinued && filter.held === null) {
          filter.state = "continue";
          return true;
        }
        // What was held goes first: the headers, then all that was buffered, this piece last.
        filter.state = "stopSingle";
        this.hold(filter, data);
        this.continueFrom(filter);
        return false;
      case "stopIterationAndBuffer":
      case "stopIterationAndWatermark":
        filter.state = "stopSingle";
        this.streaming = status === "stopIterationAndWatermark";
        this.hold(filter, data);
        break;
      case "stopIterationNoBuffer":
        if (filter.endStreamSeen && !filter.trailersReached) this.holdEnd(filter);
        else filter.state = "stopSingle";
        break;
      default:
        this.onInvalidStatus(filter, status);
        return false;
    }
    this.continueIfAsked(filter);
    return false;
  }

  private iterateTrailers(from: number, trailers: HeaderMap): void {
    for (let i = from; i < this.filters.length; i++) {
      if (this.aborted) return;
      const filter = this.filters[i] as Filter;
      filter.trailersReached = true;
      if (filter.stoppedAll) return;
      const outer = this.enter(filter, "trailers");
      const status = this.callTrailers(filter, trailers);
      filter.endStreamSeen = true;
      if (!this.aborted) this.callComplete(filter);
      this.leave(filter, outer);
      if (this.aborted) return;
      if (!this.afterTrailers(filter, status)) return;
    }
    if (!this.aborted) this.passTrailers(trailers);
  }

  /** True when the trailers go on to the next filter. */
  private afterTrailers(filter: Filter, status: FilterTrailersStatus): boolean {
    if (this.aborted) return false;
    switch (status) {
      case "continue":
        if (filter.headersContinued && filter.held === null) return true;
        filter.state = "stopSingle";
        this.continueFrom(filter);
        return false;
      case "stopIteration":
        filter.state = "stopSingle";
        this.continueIfAsked(filter);
        return false;
      default:
        this.onInvalidStatus(filter, status);
        return false;
    }
  }

  private enter(filter: Filter, calling: Calling): Calling {
    const outer = this.calling;
    this.calling = calling;
    filter.isCalled = true;
    filter.continueAsked = false;
    return outer;
  }

  /** @param outer what another filter, which injects data in its own callback, was called for */
  private leave(filter: Filter, outer: Calling): void {
    this.calling = outer;
    filter.isCalled = false;
  }

  // ---- going on

  /** Goes on after a stop of `filter`: what it holds of the headers, the data and the trailers, as far as they came. */
  continueFrom(filter: Filter): void {
    if (this.aborted || this.headers === null) return;
    if (filter.isCalled) {
      filter.continueAsked = true;
      return;
    }
    if (filter.state === "continue") return;
    // After a stop of all frames the filter itself has not seen what was held.
    const from = filter.stoppedAll && !filter.endStreamSeen ? filter.index : filter.index + 1;
    filter.state = "continue";
    const data = this.held === null ? null : this.held.take(filter);
    const ends = filter.endReached;
    const trailers = filter.trailersReached ? this.trailers : null;
    if (!filter.headersContinued) {
      filter.headersContinued = true;
      this.iterateHeaders(filter.index + 1, this.headers, ends && data === null && trailers === null);
    }
    if (data !== null) this.iterateData(from, data, ends && trailers === null);
    if (trailers !== null) this.iterateTrailers(from, trailers);
  }

  private continueIfAsked(filter: Filter): void {
    if (filter.continueAsked) this.continueFrom(filter);
  }

  /** Adds to what the filter holds, or sends it on at once where the filter is at its trailers. */
  addData(filter: Filter, data: Buffer, streaming: boolean): void {
    if (this.aborted) return;
    if (this.calling === "trailers" && filter.state === "continue" && filter.held === null) {
      this.iterateData(filter.index + 1, data, false);
      return;
    }
    if (hasPassedEnd(filter)) {
      this.onInvalidAddition();
      return;
    }
    this.streaming = streaming;
    this.hold(filter, data);
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

  replaceData(filter: Filter, data: Buffer): void {
    if (filter.isCalled && this.calling === "data") filter.replacement = data;
  }

  /** Gives the message trailers. At any other time than the last data it has none, and what is filled in is lost. */
  addTrailers(filter: Filter, created: HeaderMap): HeaderMap {
    if (!this.aborted && filter.isCalled && this.calling === "data" && filter.endStreamSeen) {
      this.trailers ??= created;
      filter.trailersReached = true;
    }
    return this.trailers ?? created;
  }

  // ---- what is held

  /** What the filter holds, as one piece; null when that is nothing. */
  heldData(filter: Filter): Buffer | null {
    return filter.held === null ? null : filter.held.data;
  }

  replaceHeldData(filter: Filter, data: Buffer): void {
    if (this.aborted) return;
    this.held ??= new HeldBytes(this);
    this.held.replace(filter, data, this.streaming);
  }

  private hold(filter: Filter, data: Buffer): void {
    this.held ??= new HeldBytes(this);
    this.held.add(filter, data, this.streaming);
  }

  /** The filter has seen the end and keeps it back: going on must deliver it, be it without a byte. */
  private holdEnd(filter: Filter): void {
    filter.state = "stopSingle";
    this.hold(filter, EMPTY);
  }
}

/** The whole message lies behind the filter, which holds nothing of it. */
function hasPassedEnd(filter: ActiveFilter): boolean {
  return filter.endStreamSeen && filter.held === null && !filter.isCalled && filter.state === "continue";
}
