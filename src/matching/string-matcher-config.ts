/** `envoy.type.matcher.v3.StringMatcher` as plain data. */
export interface StringMatcherConfig {
  readonly kind: "exact" | "prefix" | "suffix" | "contains" | "regex";
  /** For `regex` the pattern, which has to match the whole text. */
  readonly value: string;
  /** A to Z count as a to z. Not for `regex`. */
  readonly ignoreCase: boolean;
}

/** How the value of a header is looked at. */
export type HeaderValueMatchConfig =
  | { readonly kind: "string"; readonly matcher: StringMatcherConfig }
  /** A whole number from `start` to before `end`. */
  | { readonly kind: "range"; readonly start: bigint; readonly end: bigint }
  /** Only whether the header is there. */
  | { readonly kind: "present"; readonly present: boolean };

/** `envoy.config.route.v3.HeaderMatcher` as plain data. */
export interface HeaderMatcherConfig {
  /** Lower case; with its colon for pseudo-headers, `:authority` for `host`. */
  readonly name: string;
  readonly value: HeaderValueMatchConfig;
  readonly invert: boolean;
  readonly treatMissingAsEmpty: boolean;
}
