import { FlowSteps } from "../../flow/flow-step.js";
import { HeaderMap } from "../headers/header-map.js";
import { ActiveFilter } from "./active-filter.js";
import type {
  DecoderFilterCallbacks,
  DownstreamWatermarkCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  LocalReply,
  StreamContext,
  StreamDecoderFilter,
} from "./filter.js";
import { FilterIteration } from "./filter-iteration.js";
import type { FilterManager } from "./filter-manager.js";
import { textReply } from "./local-reply.js";

/** A decoder filter in its place in the chain; the callbacks that the filter holds. */
export class ActiveDecoderFilter extends ActiveFilter implements DecoderFilterCallbacks {
  readonly filter: StreamDecoderFilter;
  private readonly manager: FilterManager;

  constructor(name: string, index: number, filter: StreamDecoderFilter, manager: FilterManager) {
    super(name, index);
    this.filter = filter;
    this.manager = manager;
  }

  get stream(): StreamContext {
    return this.manager.stream;
  }

  get decodingBuffer(): Buffer | null {
    return this.manager.decoding.heldData(this);
  }

  continueDecoding(): void {
    this.manager.decoding.continueFrom(this);
  }

  setDecodingBuffer(data: Buffer): void {
    this.manager.decoding.replaceHeldData(this, data);
  }

  addDecodedData(data: Buffer, streaming: boolean): void {
    this.manager.decoding.addData(this, data, streaming);
  }

  replaceDecodedData(data: Buffer): void {
    this.manager.decoding.replaceData(this, data);
  }

  injectDecodedData(data: Buffer, endStream: boolean): void {
    this.manager.decoding.injectData(this, data, endStream);
  }

  addDecodedTrailers(): HeaderMap {
    return this.manager.decoding.addTrailers(this, new HeaderMap());
  }

  sendLocalReply(reply: LocalReply): void {
    this.manager.sendLocalReply(reply);
  }

  routeSpecificConfig(): unknown {
    return this.manager.filterOverrides?.mostSpecific(this.name) ?? null;
  }

  routeSpecificConfigs(): readonly unknown[] {
    return this.manager.filterOverrides?.all(this.name) ?? NO_CONFIGS;
  }

  resetStream(details: string): void {
    this.manager.resetStream(details);
  }

  keep(data: Buffer): Buffer {
    return this.manager.keep(data);
  }

  recreateStream(
    headers: HeaderMap,
    body: readonly Buffer[],
    trailers: HeaderMap | null,
    response: HeaderMap,
  ): boolean {
    return this.manager.recreateStream(headers, body, trailers, response);
  }

  encode1xxHeaders(headers: HeaderMap): void {
    this.manager.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.manager.encodeHeaders(headers, endStream);
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.manager.encodeData(data, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.manager.encodeTrailers(trailers);
  }

  onDecoderFilterAboveWriteBufferHighWatermark(): void {
    this.manager.requestReadDisable(true);
  }

  onDecoderFilterBelowWriteBufferLowWatermark(): void {
    this.manager.requestReadDisable(false);
  }

  setDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks | null): void {
    this.manager.setDownstreamWatermarkCallbacks(callbacks);
  }
}

/** The request's way through the chain, in the order of the configuration. */
export class DecoderIteration extends FilterIteration<ActiveDecoderFilter> {
  private readonly manager: FilterManager;

  constructor(manager: FilterManager) {
    super();
    this.manager = manager;
  }

  override get bufferLimitBytes(): number {
    return this.manager.stream.bufferLimitBytes;
  }

  protected override callHeaders(
    active: ActiveDecoderFilter,
    headers: HeaderMap,
    endStream: boolean,
  ): FilterHeadersStatus {
    const { flow, streamInfo } = this.manager.stream;
    if (flow !== null) {
      // A6, and A7 for the last one, the router.
      const isLast = active.index === this.filters.length - 1;
      const step = isLast ? FlowSteps.routerReached : FlowSteps.filterDecode;
      flow.record(step, streamInfo.connectionId, streamInfo.streamId, active.name);
    }
    let status: FilterHeadersStatus = "stopIteration";
    try {
      status = active.filter.decodeHeaders(headers, endStream);
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
    }
    this.manager.sendPreparedReply();
    return status;
  }

  protected override callData(active: ActiveDecoderFilter, data: Buffer, endStream: boolean): FilterDataStatus {
    let status: FilterDataStatus = "stopIterationNoBuffer";
    try {
      status = active.filter.decodeData(data, endStream);
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
    }
    this.manager.sendPreparedReply();
    return status;
  }

  protected override callTrailers(active: ActiveDecoderFilter, trailers: HeaderMap): FilterTrailersStatus {
    let status: FilterTrailersStatus = "stopIteration";
    try {
      status = active.filter.decodeTrailers(trailers);
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
    }
    this.manager.sendPreparedReply();
    return status;
  }

  protected override callComplete(active: ActiveDecoderFilter): void {
    try {
      active.filter.decodeComplete?.();
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
    }
    this.manager.sendPreparedReply();
  }

  protected override onInvalidStatus(active: ActiveDecoderFilter, status: never): void {
    this.manager.onInvalidStatus(active.name, status);
    this.manager.sendPreparedReply();
  }

  // The last filter has the request; nothing lies behind it.
  protected override passHeaders(): void {}
  protected override passData(): void {}
  protected override passTrailers(): void {}

  protected override onInvalidAddition(): void {
    this.manager.sendLocalReply(INVALID_ADDITION);
  }

  override onBufferOverflow(): void {
    this.manager.onRequestTooLarge();
    this.manager.sendLocalReply(textReply(413, "Payload Too Large", "request_payload_too_large"));
  }

  override onBufferAboveLimit(): void {
    this.manager.requestReadDisable(true);
  }

  override onBufferBelowLimit(): void {
    this.manager.requestReadDisable(false);
  }

  override keep(data: Buffer): Buffer {
    return this.manager.keep(data);
  }
}

/** A filter added data behind the end of the message. */
const INVALID_ADDITION = textReply(502, "Filter error", "filter_added_invalid_request_data");
const NO_CONFIGS: readonly unknown[] = [];
