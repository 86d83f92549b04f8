/** What an upstream does with a request. */
export type Behaviour =
  | { readonly kind: "serve" }
  /** RST in place of an answer. */
  | { readonly kind: "reset" }
  /** No answer at all. */
  | { readonly kind: "stall" }
  /** Closes each connection right behind its n-th answer, without having said so. */
  | { readonly kind: "closeAfter"; readonly requests: number };
