import type { RouteConfig } from "./route-config.js";

/**
 * A route table for each scope, by a key that is made of the request's headers
 * (`envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes`). Plain frozen data.
 */
export interface ScopedRoutesConfig {
  readonly fragments: readonly ScopeFragmentConfig[];
  readonly scopes: readonly ScopeConfig[];
}

export interface ScopeConfig {
  /** A value for each fragment. */
  readonly key: readonly string[];
  readonly routes: RouteConfig;
}

/** Takes one part of the key from the first value of a header. */
export interface ScopeFragmentConfig {
  /** Lower case. */
  readonly header: string;
  /** Between the elements of the value; empty when the value is one. */
  readonly elementSeparator: string;
  readonly extract:
    | { readonly kind: "index"; readonly index: number }
    /** The first element that is called so: what stands behind its name and the separator. */
    | { readonly kind: "element"; readonly separator: string; readonly key: string };
}
