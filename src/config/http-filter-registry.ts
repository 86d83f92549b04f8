import type { Extension } from "./extension.js";
import { ROUTER_FILTER } from "./router-filter.js";

/** How an HTTP filter is configured; its `convert` makes the `config` of `HttpFilterConfig`. */
export interface HttpFilterExtension extends Extension<unknown> {
  /** Answers or forwards every request, so nothing can come after it and a chain must end with it. */
  readonly isTerminal: boolean;
  /** How `typed_per_filter_config` configures it for single routes; null when there is no such thing. */
  readonly routeConfig: Extension<unknown> | null;
}

/** The HTTP filters that exist. A new one is added here, and its factory where the proxy is put together. */
export const HTTP_FILTERS: readonly HttpFilterExtension[] = [ROUTER_FILTER];
