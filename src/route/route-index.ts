import { asciiLowerCase, wireText } from "../matching/wire-text.js";
import { HeaderSplit } from "./header-split.js";
import type { MatchInput } from "./match-input.js";
import { PathTrie } from "./path-trie.js";
import type { RouteMatchConfig } from "./route-config.js";
import type { RouteMatcher } from "./route-matcher.js";

/** Up to so many routes trying them one by one is the faster way (`bench/micro/route/route-table.ts`). */
export const MAX_UNINDEXED_ROUTES = 16;
/** Lists of candidates to merge for one request; with more, prefixes nested in prefixes, all routes are tried. */
const MAX_LISTS = 32;

/** The routes that a path may lead to, where their path specifier allows to look it up. */
class PathIndex {
  private readonly exact = new Map<string, number[]>();
  private readonly prefixes = new PathTrie();

  add(match: RouteMatchConfig, value: string, route: number): void {
    if (match.path.kind !== "path") {
      this.prefixes.add(value, route);
      return;
    }
    const routes = this.exact.get(value);
    if (routes === undefined) this.exact.set(value, [route]);
    else routes.push(route);
  }

  // control plane: when configuration arrives
  lists(): (readonly number[])[] {
    return [...this.exact.values(), ...this.prefixes.lists()];
  }

  collect(path: string, lists: (readonly number[])[], count: number): number {
    const exact = this.exact.get(path);
    if (exact === undefined || count >= lists.length) return this.prefixes.collect(path, lists, count);
    lists[count] = exact;
    return this.prefixes.collect(path, lists, count + 1);
  }
}

/**
 * Finds the first route that matches without trying all: exact paths by hash, prefixes by a trie, many routes of one path
 * by the header that tells them apart, and only those that come from there, with the routes that cannot be looked up,
 * are tried in the order of the configuration.
 */
export class RouteIndex {
  private readonly matchers: readonly RouteMatcher[];
  private readonly sensitive = new PathIndex();
  private insensitive: PathIndex | null = null;
  /** Patterns, templates and CONNECT. */
  private readonly others: number[] = [];
  /** How candidates of one path are told apart further, by their list; null where none are that many. */
  private readonly splits: ReadonlyMap<readonly number[], HeaderSplit> | null;
  private readonly lists: (readonly number[])[] = new Array<readonly number[]>(MAX_LISTS).fill([]);
  private readonly cursors = new Int32Array(MAX_LISTS);

  constructor(matches: readonly RouteMatchConfig[], matchers: readonly RouteMatcher[]) {
    this.matchers = matchers;
    for (const [route, match] of matches.entries()) this.add(match, route);
    this.splits = this.splitsOf(matches);
  }

  // control plane: when configuration arrives
  private splitsOf(matches: readonly RouteMatchConfig[]): ReadonlyMap<readonly number[], HeaderSplit> | null {
    const splits = new Map<readonly number[], HeaderSplit>();
    for (const list of [...this.sensitive.lists(), ...(this.insensitive?.lists() ?? []), this.others]) {
      const split = HeaderSplit.of(list, matches);
      if (split !== null) splits.set(list, split);
    }
    return splits.size === 0 ? null : splits;
  }

  private add(match: RouteMatchConfig, route: number): void {
    const { path, caseSensitive } = match;
    if (path.kind === "regex" || path.kind === "uriTemplate" || path.kind === "connect") {
      this.others.push(route);
      return;
    }
    const value = wireText(path.value);
    if (caseSensitive) {
      this.sensitive.add(match, value, route);
      return;
    }
    this.insensitive ??= new PathIndex();
    this.insensitive.add(match, asciiLowerCase(value), route);
  }

  /** The number of the first route that matches, -1 when none does. */
  find(input: MatchInput): number {
    const { lists } = this;
    let count = this.sensitive.collect(input.path, lists, 0);
    if (this.insensitive !== null) count = this.insensitive.collect(input.lowerPath(), lists, count);
    if (this.others.length > 0) {
      if (count < lists.length) lists[count] = this.others;
      count++;
    }
    if (this.splits !== null && count <= lists.length) count = this.split(input, count, this.splits);
    return count > lists.length ? this.tryAll(input) : this.tryMerged(input, count);
  }

  /** Puts those candidates in the place of a list that want what the request has, beside those that do not care. */
  private split(input: MatchInput, count: number, splits: ReadonlyMap<readonly number[], HeaderSplit>): number {
    const { lists } = this;
    let end = count;
    for (let i = 0; i < count; i++) {
      const split = splits.get(lists[i] as readonly number[]);
      if (split === undefined) continue;
      lists[i] = split.rest;
      const wanted = split.find(input);
      if (wanted === null) continue;
      if (end < lists.length) lists[end] = wanted;
      end++;
    }
    return end;
  }

  private tryMerged(input: MatchInput, count: number): number {
    const { lists, cursors, matchers } = this;
    for (let i = 0; i < count; i++) cursors[i] = 0;
    for (;;) {
      let list = -1;
      let route = matchers.length;
      for (let i = 0; i < count; i++) {
        const candidate = (lists[i] as readonly number[])[cursors[i] as number];
        if (candidate === undefined || candidate >= route) continue;
        list = i;
        route = candidate;
      }
      if (list === -1) return -1;
      if ((matchers[route] as RouteMatcher).matches(input)) return route;
      cursors[list] = (cursors[list] as number) + 1;
    }
  }

  private tryAll(input: MatchInput): number {
    const { matchers } = this;
    for (let i = 0; i < matchers.length; i++) if ((matchers[i] as RouteMatcher).matches(input)) return i;
    return -1;
  }
}
