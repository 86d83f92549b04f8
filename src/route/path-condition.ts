import { SafeRegex } from "../matching/safe-regex.js";
import { asciiLowerCase, wireText } from "../matching/wire-text.js";
import type { MatchInput } from "./match-input.js";
import type { ConditionDescription, RouteCondition } from "./route-condition.js";
import type { PathMatchConfig, RouteMatchConfig } from "./route-config.js";
import { parseUriTemplate } from "./uri-template.js";

/** Compiles the path specifier of a route (`envoy.config.route.v3.RouteMatch`). Throws on a bad pattern. */
export function compilePathCondition(match: Pick<RouteMatchConfig, "path" | "caseSensitive">): RouteCondition {
  const { path, caseSensitive } = match;
  const value = caseSensitive ? wireText(path.value) : asciiLowerCase(wireText(path.value));
  switch (path.kind) {
    case "prefix":
      return value === "" ? new AnyPath(path, value, true) : new PathPrefix(path, value, caseSensitive);
    case "path":
      return new ExactPath(path, value, caseSensitive);
    case "pathSeparatedPrefix":
      return new PathSeparatedPrefix(path, value, caseSensitive);
    case "regex":
      return new PathRegex(path, path.value);
    case "uriTemplate":
      return new PathRegex(path, templateRegex(path.value));
    case "connect":
      return new ConnectCondition();
  }
}

abstract class PathCondition implements RouteCondition {
  protected readonly value: string;
  protected readonly caseSensitive: boolean;
  private readonly config: PathMatchConfig;

  constructor(config: PathMatchConfig, value: string, caseSensitive: boolean) {
    this.config = config;
    this.value = value;
    this.caseSensitive = caseSensitive;
  }

  abstract matches(input: MatchInput): boolean;

  describe(): ConditionDescription {
    const { words, field } = PATH_FIELDS[this.config.kind];
    const expected = `${words} ${JSON.stringify(this.config.value)}${this.caseSensitive ? "" : " in any case"}`;
    return { subject: "path", expected, field: `match.${field}` };
  }
}

const PATH_FIELDS: Readonly<Record<PathMatchConfig["kind"], { readonly words: string; readonly field: string }>> = {
  prefix: { words: "prefix", field: "prefix" },
  path: { words: "exact", field: "path" },
  pathSeparatedPrefix: { words: "separated prefix", field: "path_separated_prefix" },
  regex: { words: "regex", field: "safe_regex" },
  uriTemplate: { words: "template", field: "path_match_policy" },
  connect: { words: "CONNECT", field: "connect_matcher" },
};

/** `prefix: ""`: whatever has a path. */
class AnyPath extends PathCondition {
  matches(input: MatchInput): boolean {
    return !input.pathless;
  }
}

class PathPrefix extends PathCondition {
  matches(input: MatchInput): boolean {
    return (this.caseSensitive ? input.path : input.lowerPath()).startsWith(this.value);
  }
}

class ExactPath extends PathCondition {
  matches(input: MatchInput): boolean {
    return (this.caseSensitive ? input.path : input.lowerPath()) === this.value;
  }
}

/** The value itself, or anything below it: `/a` and `/a/b`, not `/ab`. */
class PathSeparatedPrefix extends PathCondition {
  matches(input: MatchInput): boolean {
    const path = this.caseSensitive ? input.path : input.lowerPath();
    if (!path.startsWith(this.value)) return false;
    return path.length === this.value.length || path[this.value.length] === "/";
  }
}

/** The whole path, by a pattern or a template; `case_sensitive` is not for it. */
class PathRegex extends PathCondition {
  private readonly regex: SafeRegex;

  constructor(config: PathMatchConfig, pattern: string) {
    super(config, config.value, true);
    this.regex = new SafeRegex(pattern);
  }

  matches(input: MatchInput): boolean {
    return !input.pathless && this.regex.matches(input.path);
  }
}

class ConnectCondition implements RouteCondition {
  matches(input: MatchInput): boolean {
    return input.headers.method === "CONNECT";
  }

  describe(): ConditionDescription {
    return { subject: "method", expected: "CONNECT", field: "match.connect_matcher" };
  }
}

// control plane: when configuration arrives
function templateRegex(template: string): string {
  const parsed = parseUriTemplate(template);
  if (typeof parsed !== "string") return parsed.regex;
  throw new RangeError(`${JSON.stringify(template)} passed validation: ${parsed}`);
}
