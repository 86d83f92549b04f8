import type { Runtime, RuntimeFraction } from "../common/runtime.js";
import { applyHeaderRules, HeaderRule } from "../http/formatter/header-rule.js";
import type { LogContext } from "../http/formatter/log-context.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { firstHeaderValue } from "../http/headers/header-matcher.js";
import { compileStringMatcher, type StringMatcher } from "../matching/string-matcher.js";
import type { HeaderMutationConfig, MirrorPolicyConfig } from "./mirror-policy-config.js";

/** Where copies of requests go. */
export class MirrorPolicy {
  private readonly config: MirrorPolicyConfig;
  private readonly fraction: RuntimeFraction | null;
  private readonly mutations: readonly HeaderMutation[];

  constructor(config: MirrorPolicyConfig, runtime: Runtime) {
    this.config = config;
    this.fraction = config.fraction === null ? null : runtime.fraction(config.fraction);
    this.mutations = config.mutations.map(compileMutation);
  }

  /** Whether this request is copied. @param random the stream's own */
  includes(random: number): boolean {
    return this.fraction === null || this.fraction.includes(random);
  }

  /** The cluster of a request's copy; empty, which no cluster is called, when its header does not name one. */
  cluster(headers: HeaderMap): string {
    const { cluster } = this.config;
    return cluster.kind === "name" ? cluster.name : (firstHeaderValue(headers, cluster.header) ?? "");
  }

  /** The head of the copy. @param context what values with operators read */
  copyOf(headers: HeaderMap, context: LogContext): HeaderMap {
    const copy = headers.clone();
    const { hostLiteral } = this.config;
    if (hostLiteral !== "") copy.authority = hostLiteral;
    else if (this.config.shadowHost) copy.authority = shadowHost(headers.authority);
    for (let i = 0; i < this.mutations.length; i++) applyMutation(this.mutations[i] as HeaderMutation, copy, context);
    return copy;
  }
}

type HeaderMutation =
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "removeMatching"; readonly matcher: StringMatcher }
  | { readonly kind: "add"; readonly rules: readonly HeaderRule[] };

// control plane: when configuration arrives
function compileMutation(config: HeaderMutationConfig): HeaderMutation {
  switch (config.kind) {
    case "remove":
      return config;
    case "removeMatching":
      return { kind: config.kind, matcher: compileStringMatcher(config.matcher) };
    case "add":
      return { kind: config.kind, rules: [new HeaderRule(config.rule)] };
  }
}

function applyMutation(mutation: HeaderMutation, headers: HeaderMap, context: LogContext): void {
  switch (mutation.kind) {
    case "remove":
      headers.remove(mutation.name);
      return;
    case "removeMatching":
      removeMatching(mutation.matcher, headers);
      return;
    case "add":
      applyHeaderRules(mutation.rules, headers, context);
      return;
  }
}

function removeMatching(matcher: StringMatcher, headers: HeaderMap): void {
  for (let i = headers.size - 1; i >= 0; i--) {
    const name = i < headers.size ? headers.nameAt(i) : "";
    if (name !== "" && matcher.matches(name)) headers.remove(name);
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
