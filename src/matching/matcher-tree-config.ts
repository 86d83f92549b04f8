import type { StringMatcherConfig } from "./string-matcher-config.js";

/**
 * `xds.type.matcher.v3.Matcher` as plain data, for any kind of inputs and actions: a list of predicates or a map of
 * values leads to an action or to another matcher.
 */
export interface MatcherTreeConfig<Input, Action> {
  /** Null when there is nothing but `onNoMatch`. */
  readonly branches: MatcherListConfig<Input, Action> | MatcherMapConfig<Input, Action> | null;
  readonly onNoMatch: OnMatchConfig<Input, Action> | null;
}

/** The first whose predicate is met, and that comes to an action. */
export interface MatcherListConfig<Input, Action> {
  readonly kind: "list";
  readonly matchers: readonly {
    readonly predicate: PredicateConfig<Input>;
    readonly onMatch: OnMatchConfig<Input, Action>;
  }[];
}

/** By the value of one input: the same, or its longest prefix that comes to an action. */
export interface MatcherMapConfig<Input, Action> {
  readonly kind: "exactMap" | "prefixMap";
  readonly input: Input;
  readonly entries: readonly { readonly key: string; readonly onMatch: OnMatchConfig<Input, Action> }[];
}

export type OnMatchConfig<Input, Action> =
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "matcher"; readonly matcher: MatcherTreeConfig<Input, Action> };

export type PredicateConfig<Input> =
  | { readonly kind: "single"; readonly input: Input; readonly value: StringMatcherConfig }
  | { readonly kind: "and" | "or"; readonly predicates: readonly PredicateConfig<Input>[] }
  | { readonly kind: "not"; readonly predicate: PredicateConfig<Input> };
