import { wireText } from "../matching/wire-text.js";
import type { MatchInput } from "./match-input.js";
import type { RouteMatchConfig } from "./route-config.js";

/** Fewer routes with a condition on the same header are tried one by one. */
const MIN_ROUTES = 16;

/**
 * Candidates for one path, most of which want an exact value of the same header (a tenant, a version, the method): those
 * that want the value of a request are found by hash, all others stay candidates.
 */
export class HeaderSplit {
  /** Routes that do not want an exact value of the header, in their order. */
  readonly rest: readonly number[];
  private readonly name: string;
  private readonly byValue: ReadonlyMap<string, readonly number[]>;

  private constructor(name: string, byValue: ReadonlyMap<string, readonly number[]>, rest: readonly number[]) {
    this.name = name;
    this.byValue = byValue;
    this.rest = rest;
  }

  /** Null where it is not worth while. @param routes in their order @param matches of all routes */
  // control plane: when configuration arrives
  static of(routes: readonly number[], matches: readonly RouteMatchConfig[]): HeaderSplit | null {
    const name = commonHeader(routes, matches);
    if (name === null) return null;
    const byValue = new Map<string, number[]>();
    const rest: number[] = [];
    for (const route of routes) {
      const value = exactValue(matches[route] as RouteMatchConfig, name);
      const bucket = value === null ? rest : byValue.get(value);
      if (bucket !== undefined) bucket.push(route);
      else byValue.set(value as string, [route]);
    }
    return new HeaderSplit(name, byValue, rest);
  }

  /** The routes that want what the request has, in their order; null for none. */
  find(input: MatchInput): readonly number[] | null {
    const value = input.header(this.name);
    return value === null ? null : (this.byValue.get(value) ?? null);
  }
}

/** The header that most routes want an exact value of; null when they are too few. */
// control plane: when configuration arrives
function commonHeader(routes: readonly number[], matches: readonly RouteMatchConfig[]): string | null {
  const counts = new Map<string, number>();
  for (const route of routes) {
    const names = new Set((matches[route] as RouteMatchConfig).headers.map(({ name }) => name));
    for (const name of names) {
      if (exactValue(matches[route] as RouteMatchConfig, name) === null) continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first === undefined || first[1] < MIN_ROUTES ? null : first[0];
}

/** What a route wants of a header, if that is one value; null otherwise. */
// control plane: when configuration arrives
function exactValue(match: RouteMatchConfig, wanted: string): string | null {
  for (const { name, value, invert, treatMissingAsEmpty } of match.headers) {
    if (name !== wanted || invert || treatMissingAsEmpty || value.kind !== "string") continue;
    const { matcher } = value;
    if (matcher.kind === "exact" && !matcher.ignoreCase) return wireText(matcher.value);
  }
  return null;
}
