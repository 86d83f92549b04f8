import type { RuntimeFractionConfig } from "../common/runtime.js";

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
}
