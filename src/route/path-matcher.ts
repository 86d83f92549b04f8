import type { RouteMatchConfig } from "./route-config.js";

/** The path specifier of one route, compiled. */
export interface PathMatcher {
  /** @param path without query and fragment @param lowerPath the same in lower case */
  matches(path: string, lowerPath: string): boolean;
}

/** Compiles the path specifier of a route (`envoy.config.route.v3.RouteMatch`). */
export function compilePathMatcher(match: RouteMatchConfig): PathMatcher {
  const value = match.caseSensitive ? match.path.value : match.path.value.toLowerCase();
  switch (match.path.kind) {
    case "prefix":
      return new PrefixMatcher(value, match.caseSensitive);
    case "path":
      return new ExactMatcher(value, match.caseSensitive);
    case "pathSeparatedPrefix":
      return new SeparatedPrefixMatcher(value, match.caseSensitive);
  }
}

class PrefixMatcher implements PathMatcher {
  private readonly value: string;
  private readonly caseSensitive: boolean;

  constructor(value: string, caseSensitive: boolean) {
    this.value = value;
    this.caseSensitive = caseSensitive;
  }

  matches(path: string, lowerPath: string): boolean {
    return (this.caseSensitive ? path : lowerPath).startsWith(this.value);
  }
}

class ExactMatcher implements PathMatcher {
  private readonly value: string;
  private readonly caseSensitive: boolean;

  constructor(value: string, caseSensitive: boolean) {
    this.value = value;
    this.caseSensitive = caseSensitive;
  }

  matches(path: string, lowerPath: string): boolean {
    return (this.caseSensitive ? path : lowerPath) === this.value;
  }
}

/** The value itself, or anything below it: `/a` and `/a/b`, not `/ab`. */
class SeparatedPrefixMatcher implements PathMatcher {
  private readonly value: string;
  private readonly caseSensitive: boolean;

  constructor(value: string, caseSensitive: boolean) {
    this.value = value;
    this.caseSensitive = caseSensitive;
  }

  matches(path: string, lowerPath: string): boolean {
    const candidate = this.caseSensitive ? path : lowerPath;
    if (!candidate.startsWith(this.value)) return false;
    return candidate.length === this.value.length || candidate[this.value.length] === "/";
  }
}
