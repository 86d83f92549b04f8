import type { MatchInput } from "./match-input.js";

/**
 * One condition of a route on the requests that may take it. Compiled from configuration, shared by all requests, keeps
 * nothing of them. The same conditions decide and explain: what `describe` says is what `matches` asks.
 */
export interface RouteCondition {
  matches(input: MatchInput): boolean;
  describe(): ConditionDescription;
}

/** A condition in words. */
export interface ConditionDescription {
  /** What it looks at: `path`, `header`, `query parameter`, ... */
  readonly subject: string;
  /** What that has to be: `prefix "/a"`, `x-a: exact "b"`. */
  readonly expected: string;
  /** The field that asks for it, from the route on: `match.headers[1]`. */
  readonly field: string;
}
