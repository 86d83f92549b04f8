import { FlowSteps } from "../../flow/flow-step.js";
import { HeaderMap } from "../headers/header-map.js";
import { ActiveFilter } from "./active-filter.js";
import type {
  EncoderFilterCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  LocalReply,
  StreamContext,
  StreamEncoderFilter,
} from "./filter.js";
import { FilterIteration } from "./filter-iteration.js";
import type { FilterManager } from "./filter-manager.js";
import { textReply } from "./local-reply.js";

/** An encoder filter in its place in the chain; the callbacks that the filter holds. */
export class ActiveEncoderFilter extends ActiveFilter implements EncoderFilterCallbacks {
  readonly filter: StreamEncoderFilter;
  private readonly manager: FilterManager;

  constructor(name: string, index: number, filter: StreamEncoderFilter, manager: FilterManager) {
    super(name, index);
    this.filter = filter;
    this.manager = manager;
  }

  get stream(): StreamContext {
    return this.manager.stream;
  }

  get encodingBuffer(): Buffer | null {
    return this.manager.encoding.heldData(this);
  }

  continueEncoding(): void {
    this.manager.encoding.continueFrom(this);
  }

  setEncodingBuffer(data: Buffer): void {
    this.manager.encoding.replaceHeldData(this, data);
  }

  addEncodedData(data: Buffer, streaming: boolean): void {
    this.manager.encoding.addData(this, data, streaming);
  }

  replaceEncodedData(data: Buffer): void {
    this.manager.encoding.replaceData(this, data);
  }

  injectEncodedData(data: Buffer, endStream: boolean): void {
    this.manager.encoding.injectData(this, data, endStream);
  }

  addEncodedTrailers(): HeaderMap {
    return this.manager.encoding.addTrailers(this, new HeaderMap());
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
}

/** The response's way through the chain, against the order of the configuration, and then to the codec. */
export class EncoderIteration extends FilterIteration<ActiveEncoderFilter> {
  private readonly manager: FilterManager;

  constructor(manager: FilterManager) {
    super();
    this.manager = manager;
  }

  override get bufferLimitBytes(): number {
    return this.manager.stream.bufferLimitBytes;
  }

  /** Interim responses pass the filters one by one; one that stops them drops them. */
  call1xxHeaders(active: ActiveEncoderFilter, headers: HeaderMap): FilterTrailersStatus {
    try {
      return active.filter.encode1xxHeaders?.(headers) ?? "continue";
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
      return "stopIteration";
    }
  }

  protected override callHeaders(
    active: ActiveEncoderFilter,
    headers: HeaderMap,
    endStream: boolean,
  ): FilterHeadersStatus {
    const { flow, streamInfo } = this.manager.stream;
    // D3
    flow?.record(FlowSteps.filterEncode, streamInfo.connectionId, streamInfo.streamId, active.name);
    try {
      return active.filter.encodeHeaders(headers, endStream);
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
      return "stopIteration";
    }
  }

  protected override callData(active: ActiveEncoderFilter, data: Buffer, endStream: boolean): FilterDataStatus {
    try {
      return active.filter.encodeData(data, endStream);
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
      return "stopIterationNoBuffer";
    }
  }

  protected override callTrailers(active: ActiveEncoderFilter, trailers: HeaderMap): FilterTrailersStatus {
    try {
      return active.filter.encodeTrailers(trailers);
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
      return "stopIteration";
    }
  }

  protected override callComplete(active: ActiveEncoderFilter): void {
    try {
      active.filter.encodeComplete?.();
    } catch (error) {
      this.manager.onFilterFailure(active.name, error);
    }
  }

  protected override onInvalidStatus(active: ActiveEncoderFilter, status: never): void {
    this.manager.onInvalidStatus(active.name, status);
  }

  protected override passHeaders(headers: HeaderMap, endStream: boolean): void {
    this.manager.passHeadersToCodec(headers, endStream);
  }

  protected override passData(data: Buffer, endStream: boolean): void {
    this.manager.passDataToCodec(data, endStream);
  }

  protected override passTrailers(trailers: HeaderMap): void {
    this.manager.passTrailersToCodec(trailers);
  }

  protected override onInvalidAddition(): void {
    this.manager.sendLocalReply(INVALID_ADDITION);
  }

  override onBufferOverflow(): void {
    this.manager.onResponseTooLarge();
    this.manager.sendLocalReply(textReply(500, "Internal Server Error", "response_payload_too_large"));
  }

  override onBufferAboveLimit(): void {
    this.manager.onDownstreamAboveHighWatermark();
  }

  override onBufferBelowLimit(): void {
    this.manager.onDownstreamBelowLowWatermark();
  }

  override keep(data: Buffer): Buffer {
    return this.manager.keep(data);
  }
}

/** A filter added data behind the end of the message. */
const INVALID_ADDITION = textReply(502, "Filter error", "filter_added_invalid_response_data");
const NO_CONFIGS: readonly unknown[] = [];
