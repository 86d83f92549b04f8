import type { LogContext } from "../http/formatter/log-context.js";
import { TextFormat } from "../http/formatter/substitution-format.js";
import { pathOnly } from "./path-only.js";
import type { PathRewriteConfig } from "./path-rewrite-config.js";
import { RegexSubstitution } from "./regex-substitution.js";
import { UriTemplateRewriter } from "./uri-template-rewriter.js";

/** Makes another path of the one that a request came with. Compiled from configuration; keeps nothing. */
export interface PathRewriter {
  /**
   * The new path, with its query; null where nothing is to be changed.
   * @param path with its query
   * @param matchedLength how much of it the route matched
   * @param context what formats read
   */
  rewrite(path: string, matchedLength: number, context: LogContext): string | null;
}

export function compilePathRewriter(config: PathRewriteConfig): PathRewriter {
  switch (config.kind) {
    case "prefix":
      return new PrefixRewriter(config.value);
    case "regex":
      return new RegexRewriter(new RegexSubstitution(config.substitution));
    case "template":
      return new UriTemplateRewriter(config.pattern, config.rewrite);
    case "format":
      return new FormatRewriter(config.text);
  }
}

class PrefixRewriter implements PathRewriter {
  private readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  rewrite(path: string, matchedLength: number): string {
    return this.value + path.slice(matchedLength);
  }
}

class RegexRewriter implements PathRewriter {
  private readonly substitution: RegexSubstitution;

  constructor(substitution: RegexSubstitution) {
    this.substitution = substitution;
  }

  rewrite(path: string): string {
    const justPath = pathOnly(path);
    return this.substitution.replaceAll(justPath) + path.slice(justPath.length);
  }
}

/** `path_rewrite`: the whole path, made of what is known of the request. */
class FormatRewriter implements PathRewriter {
  private readonly format: TextFormat;

  constructor(text: string) {
    this.format = new TextFormat(text, true);
  }

  rewrite(path: string, _matchedLength: number, context: LogContext): string | null {
    const rewritten = this.format.formatText(context);
    return rewritten === "" ? null : rewritten + path.slice(pathOnly(path).length);
  }
}
