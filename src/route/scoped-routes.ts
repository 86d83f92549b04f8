import type { HeaderMap } from "../http/headers/header-map.js";
import { headerValue } from "../http/headers/header-matcher.js";
import { wireText } from "../matching/wire-text.js";
import type { RouteRequest } from "./match-input.js";
import type { Route } from "./route.js";
import type { RouteFinder } from "./route-finder.js";
import type { ScopedRoutesConfig, ScopeFragmentConfig } from "./scoped-routes-config.js";

/** Stands in no header value, so that no two keys are the same text. */
const BETWEEN_FRAGMENTS = "\0";

/** Route tables by scope. A request without a key, or with one that no scope has, has no route. */
export class ScopedRoutes implements RouteFinder {
  private readonly fragments: readonly ScopeFragmentConfig[];
  private readonly tables = new Map<string, RouteFinder>();

  /** @param tableOf compiles the table of a scope */
  // control plane: when configuration arrives
  constructor(
    config: ScopedRoutesConfig,
    tableOf: (routes: ScopedRoutesConfig["scopes"][number]["routes"]) => RouteFinder,
  ) {
    this.fragments = config.fragments;
    for (const { key, routes } of config.scopes) this.tables.set(scopeKey(key), tableOf(routes));
  }

  match(request: RouteRequest): Route | null {
    const key = this.keyOf(request.requestHeaders);
    const table = key === null ? undefined : this.tables.get(key);
    return table === undefined ? null : table.match(request);
  }

  private keyOf(headers: HeaderMap): string | null {
    let key = "";
    for (let i = 0; i < this.fragments.length; i++) {
      const value = extract(this.fragments[i] as ScopeFragmentConfig, headers);
      if (value === null) return null;
      key = i === 0 ? value : key + BETWEEN_FRAGMENTS + value;
    }
    return key;
  }
}

/** The key of a scope as text; different for different keys. */
// control plane: when configuration arrives
export function scopeKey(fragments: readonly string[]): string {
  return fragments.map(wireText).join(BETWEEN_FRAGMENTS);
}

/** Null when the request does not have it. */
function extract({ header, elementSeparator, extract: what }: ScopeFragmentConfig, headers: HeaderMap): string | null {
  const value = header.startsWith(":") ? headerValue(headers, header) : headers.get(header);
  if (value === null) return null;
  const elements = elementSeparator === "" ? [value] : value.split(elementSeparator);
  if (what.kind === "index") return elements[what.index] ?? null;
  for (const element of elements) {
    const at = element.indexOf(what.separator);
    const name = at < 0 ? element : element.slice(0, at);
    if (name === what.key) return at < 0 ? "" : element.slice(at + what.separator.length);
  }
  return null;
}
