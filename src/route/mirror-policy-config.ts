import type { RuntimeFractionConfig } from "../common/runtime.js";
import type { HeaderRuleConfig } from "../http/formatter/header-rule.js";
import type { StringMatcherConfig } from "../matching/string-matcher-config.js";

/** `envoy.config.route.v3.RouteAction.RequestMirrorPolicy`: a second cluster that gets a copy of requests. */
export interface MirrorPolicyConfig {
  readonly cluster:
    | { readonly kind: "name"; readonly name: string }
    /** The first value of this request header names the cluster. */
    | { readonly kind: "header"; readonly header: string };
  /** Which share of the requests; null for all. */
  readonly fraction: RuntimeFractionConfig | null;
  /** The copy's host gets `-shadow`. */
  readonly shadowHost: boolean;
  /** The copy's host in place of that; empty for none. */
  readonly hostLiteral: string;
  /** Changes of the copy's headers, in their order. */
  readonly mutations: readonly HeaderMutationConfig[];
}

/** `envoy.config.common.mutation_rules.v3.HeaderMutation` */
export type HeaderMutationConfig =
  | { readonly kind: "remove"; readonly name: string }
  /** Headers whose name matches. */
  | { readonly kind: "removeMatching"; readonly matcher: StringMatcherConfig }
  | { readonly kind: "add"; readonly rule: HeaderRuleConfig };
