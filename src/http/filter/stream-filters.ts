import type { Route } from "../../route/route.js";
import { ActiveDecoderFilter } from "./decoder-iteration.js";
import { ActiveEncoderFilter } from "./encoder-iteration.js";
import type {
  FilterChainCallbacks,
  HttpFilterFactory,
  StreamDecoderFilter,
  StreamEncoderFilter,
  StreamFilter,
} from "./filter.js";
import type { FilterManager } from "./filter-manager.js";

/** The filters of one stream: made by their factories in the order of the configuration, and destroyed together. */
export class StreamFilters implements FilterChainCallbacks {
  private readonly manager: FilterManager;
  private readonly filters: { onDestroy(): void }[] = [];
  private readonly names: string[] = [];
  private created = false;

  constructor(manager: FilterManager) {
    this.manager = manager;
  }

  /** Once; later calls do nothing. @param route may leave filters out, or let those in that are disabled by default */
  create(factories: readonly HttpFilterFactory[], route: Route | null): void {
    if (this.created) return;
    this.created = true;
    const overrides = route === null ? null : route.filterOverrides;
    for (let i = 0; i < factories.length; i++) {
      const factory = factories[i] as HttpFilterFactory;
      const disabled = overrides === null ? null : overrides.isDisabled(factory.name);
      if (disabled ?? factory.disabledByDefault ?? false) continue;
      if (!this.createFilter(factory)) return;
    }
    this.reverseEncoders();
  }

  /** A response passes the chain from its end. */
  private reverseEncoders(): void {
    const encoders = this.manager.encoding.filters;
    if (encoders.length <= 1) return;
    encoders.reverse();
    for (let i = 0; i < encoders.length; i++) (encoders[i] as ActiveEncoderFilter).index = i;
  }

  private createFilter(factory: HttpFilterFactory): boolean {
    try {
      factory.createFilter(this);
      return true;
    } catch (error) {
      // Half a chain must not see the reply.
      this.manager.encoding.filters.length = 0;
      this.manager.onFilterFailure(factory.name, error);
      return false;
    }
  }

  addStreamDecoderFilter(name: string, filter: StreamDecoderFilter): void {
    this.owns(name, filter);
    this.pushDecoder(name, filter);
  }

  addStreamEncoderFilter(name: string, filter: StreamEncoderFilter): void {
    this.owns(name, filter);
    this.pushEncoder(name, filter);
  }

  addStreamFilter(name: string, filter: StreamFilter): void {
    this.owns(name, filter);
    this.pushDecoder(name, filter);
    this.pushEncoder(name, filter);
  }

  private owns(name: string, filter: { onDestroy(): void }): void {
    this.names.push(name);
    this.filters.push(filter);
  }

  private pushDecoder(name: string, filter: StreamDecoderFilter): void {
    const { filters } = this.manager.decoding;
    const active = new ActiveDecoderFilter(name, filters.length, filter, this.manager);
    filters.push(active);
    filter.setDecoderFilterCallbacks(active);
  }

  private pushEncoder(name: string, filter: StreamEncoderFilter): void {
    const { filters } = this.manager.encoding;
    const active = new ActiveEncoderFilter(name, filters.length, filter, this.manager);
    filters.push(active);
    filter.setEncoderFilterCallbacks(active);
  }

  /** Each filter once, whatever the others do. */
  destroy(): void {
    for (let i = 0; i < this.filters.length; i++) this.destroyFilter(i);
  }

  private destroyFilter(index: number): void {
    try {
      this.filters[index]?.onDestroy();
    } catch (error) {
      this.manager.stream.onFilterFailure(this.names[index] as string, error);
    }
  }
}
