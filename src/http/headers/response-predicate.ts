import type { HeaderMatcherConfig } from "../../matching/string-matcher-config.js";
import type { HeaderMap } from "./header-map.js";
import { HeaderMatcher, matchesAllHeaders } from "./header-matcher.js";

/** What `envoy.config.common.matcher.v3.MatchPredicate` asks of the head of a response, as plain data. */
export type ResponsePredicateConfig =
  | { readonly kind: "headers"; readonly headers: readonly HeaderMatcherConfig[] }
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "and" | "or"; readonly rules: readonly ResponsePredicateConfig[] }
  | { readonly kind: "not"; readonly rule: ResponsePredicateConfig };

/** Says of the head of a response whether it is as configured. */
export interface ResponsePredicate {
  matches(headers: HeaderMap): boolean;
}

/** Throws on a bad pattern: configuration checks it first. */
// control plane: when configuration arrives
export function compileResponsePredicate(config: ResponsePredicateConfig): ResponsePredicate {
  switch (config.kind) {
    case "headers":
      return new HeadersPredicate(config.headers.map((matcher) => new HeaderMatcher(matcher)));
    case "constant":
      return new ConstantPredicate(config.value);
    case "and":
    case "or":
      return new SetPredicate(config.rules.map(compileResponsePredicate), config.kind === "or");
    case "not":
      return new NegatedPredicate(compileResponsePredicate(config.rule));
  }
}

class HeadersPredicate implements ResponsePredicate {
  private readonly matchers: readonly HeaderMatcher[];

  constructor(matchers: readonly HeaderMatcher[]) {
    this.matchers = matchers;
  }

  matches(headers: HeaderMap): boolean {
    return matchesAllHeaders(this.matchers, headers);
  }
}

class ConstantPredicate implements ResponsePredicate {
  private readonly value: boolean;

  constructor(value: boolean) {
    this.value = value;
  }

  matches(): boolean {
    return this.value;
  }
}

class SetPredicate implements ResponsePredicate {
  private readonly rules: readonly ResponsePredicate[];
  /** The answer as soon as one rule has it: of an OR that one matches, of an AND that one does not. */
  private readonly decisive: boolean;

  constructor(rules: readonly ResponsePredicate[], decisive: boolean) {
    this.rules = rules;
    this.decisive = decisive;
  }

  matches(headers: HeaderMap): boolean {
    for (let i = 0; i < this.rules.length; i++) {
      if ((this.rules[i] as ResponsePredicate).matches(headers) === this.decisive) return this.decisive;
    }
    return !this.decisive;
  }
}

class NegatedPredicate implements ResponsePredicate {
  private readonly rule: ResponsePredicate;

  constructor(rule: ResponsePredicate) {
    this.rule = rule;
  }

  matches(headers: HeaderMap): boolean {
    return !this.rule.matches(headers);
  }
}
