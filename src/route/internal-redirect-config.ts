/** `envoy.config.route.v3.InternalRedirectPolicy`: redirects of the upstream that the proxy follows itself. */
export interface InternalRedirectConfig {
  /** For one request, over all routes that it comes to. */
  readonly maxRedirects: number;
  /** Some of 301, 302, 303, 307 and 308. */
  readonly statuses: readonly number[];
  /** All of them have to agree. */
  readonly predicates: readonly RedirectPredicateConfig[];
  /** From http to https and back. */
  readonly allowCrossScheme: boolean;
  /** Of the response, that go into the request; lower case. */
  readonly headersToCopy: readonly string[];
}

export type RedirectPredicateConfig =
  /** Only to these routes. */
  | { readonly kind: "allowListedRoutes"; readonly names: readonly string[] }
  /** To no route twice. */
  | { readonly kind: "previousRoutes" }
  /** To https only from https. */
  | { readonly kind: "safeCrossScheme" };
