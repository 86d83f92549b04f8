import type { RegexSubstitutionConfig } from "./path-rewrite-config.js";

/** `envoy.config.route.v3.RouteAction.HashPolicy`: what of a request its hash is made of. */
export interface HashPolicyConfig {
  readonly source: HashSourceConfig;
  /** When there is a hash after this one, the rest of the list is passed over. */
  readonly terminal: boolean;
}

export type HashSourceConfig =
  /** All values of a header, after substitution if there is one. */
  | { readonly kind: "header"; readonly name: string; readonly substitution: RegexSubstitutionConfig | null }
  | HashCookieConfig
  | { readonly kind: "sourceIp" }
  | { readonly kind: "queryParameter"; readonly name: string }
  | { readonly kind: "filterState"; readonly key: string };

export interface HashCookieConfig {
  readonly kind: "cookie";
  readonly name: string;
  /** For a cookie that is made when the client has none: seconds, 0 for the browser's session; null makes none. */
  readonly ttlSeconds: number | null;
  /** Empty for none. */
  readonly path: string;
  /** Name and value in turn; an empty value for an attribute without one. */
  readonly attributes: readonly string[];
}
