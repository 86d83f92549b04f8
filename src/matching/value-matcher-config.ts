import type { StringMatcherConfig } from "./string-matcher-config.js";

/** `envoy.type.matcher.v3.ValueMatcher` as plain data. */
export type ValueMatcherConfig =
  | { readonly kind: "null" }
  | { readonly kind: "number"; readonly value: number }
  /** From `start` to before `end`. */
  | { readonly kind: "range"; readonly start: number; readonly end: number }
  | { readonly kind: "string"; readonly matcher: StringMatcherConfig }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "present"; readonly present: boolean }
  /** One of the items of a list. */
  | { readonly kind: "item"; readonly matcher: ValueMatcherConfig }
  | { readonly kind: "or"; readonly matchers: readonly ValueMatcherConfig[] };
