import type { Router } from "../gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import { extension } from "./extension.js";
import type { HttpFilterExtension } from "./http-filter-registry.js";
import { implemented } from "./implemented-fields.js";

/** `config` of the router in `HttpFilterConfig` (`envoy.extensions.filters.http.router.v3.Router`). */
export interface RouterConfig {
  /** No `x-envoy-*` headers are added to requests and responses. */
  readonly suppressEnvoyHeaders: boolean;
}

const ROUTER_FIELDS = implemented<Router>("envoy.extensions.filters.http.router.v3.Router", {
  suppress_envoy_headers: true,
});

/** Forwards requests upstream; ends every chain of HTTP filters. */
export const ROUTER_FILTER: HttpFilterExtension = {
  ...extension<Router, RouterConfig>("envoy.filters.http.router", ROUTER_FIELDS, (message) => ({
    suppressEnvoyHeaders: message.suppressEnvoyHeaders,
  })),
  isTerminal: true,
};
