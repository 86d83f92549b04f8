import type { Runtime, RuntimeFraction } from "../common/runtime.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import type { MirrorPolicyConfig } from "./mirror-policy-config.js";

/** Where copies of requests go (BEHAVIOUR 5.7). */
export class MirrorPolicy {
  private readonly config: MirrorPolicyConfig;
  private readonly fraction: RuntimeFraction | null;

  constructor(config: MirrorPolicyConfig, runtime: Runtime) {
    this.config = config;
    this.fraction = config.fraction === null ? null : runtime.fraction(config.fraction);
  }

  /** Whether this request is copied. @param random the stream's own */
  includes(random: number): boolean {
    return this.fraction === null || this.fraction.includes(random);
  }

  /** The cluster of a request's copy; empty, which no cluster is called, when its header does not name one. */
  cluster(headers: HeaderMap): string {
    const { cluster } = this.config;
    return cluster.kind === "name" ? cluster.name : (headers.get(cluster.header) ?? "");
  }

  /** The head of the copy. */
  copyOf(headers: HeaderMap): HeaderMap {
    const copy = headers.clone();
    if (this.config.shadowHost) copy.authority = shadowHost(headers.authority);
    return copy;
  }
}

/** `a.example:80` becomes `a.example-shadow:80`. */
function shadowHost(authority: string): string {
  const bracket = authority.lastIndexOf("]");
  const colon = authority.indexOf(":", Math.max(bracket, 0));
  // An address in brackets is no name that a suffix could be put to.
  if (bracket >= 0) return authority;
  return colon < 0 ? `${authority}-shadow` : `${authority.slice(0, colon)}-shadow${authority.slice(colon)}`;
}
