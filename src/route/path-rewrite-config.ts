/** `envoy.type.matcher.v3.RegexMatchAndSubstitute`. */
export interface RegexSubstitutionConfig {
  readonly pattern: string;
  /** `\0` to `\9` stand for what the pattern's groups matched. */
  readonly substitution: string;
}

/** How the path of a request changes on its way upstream, or in a redirect. */
export type PathRewriteConfig =
  /** Takes the place of what the route matched; the query stays. */
  | { readonly kind: "prefix"; readonly value: string }
  /** Replaces every match in the path without its query. */
  | { readonly kind: "regex"; readonly substitution: RegexSubstitutionConfig }
  /** A path made of the variables of the URI template that the route matched by. */
  | { readonly kind: "template"; readonly pattern: string; readonly rewrite: string }
  /** A format with command operators; the query stays. What comes out empty rewrites nothing. */
  | { readonly kind: "format"; readonly text: string };
