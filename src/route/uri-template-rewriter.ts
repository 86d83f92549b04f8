import { RE2JS } from "re2js";
import { assert } from "../common/assert.js";
import { pathOnly } from "./path-only.js";
import type { PathRewriter } from "./path-rewriter.js";
import { parseTemplateRewrite, parseUriTemplate, type RewritePiece } from "./uri-template.js";

/** Puts a path together from the variables of the template that the route matched by. */
export class UriTemplateRewriter implements PathRewriter {
  private readonly program: RE2JS;
  private readonly pieces: readonly RewritePiece[];

  /** Throws on a bad template: configuration checks both first. */
  // control plane: templates are compiled when configuration arrives
  constructor(pattern: string, rewrite: string) {
    const template = valid(parseUriTemplate(pattern));
    this.program = RE2JS.compile(template.regex);
    this.pieces = valid(parseTemplateRewrite(rewrite, template.variables));
  }

  rewrite(path: string): string {
    const justPath = pathOnly(path);
    const matcher = this.program.matcher(justPath);
    if (!matcher.matches()) return path;
    let rewritten = "";
    for (let i = 0; i < this.pieces.length; i++) {
      const piece = this.pieces[i] as RewritePiece;
      rewritten += typeof piece === "string" ? piece : (matcher.group(piece + 1) ?? "");
    }
    return rewritten + path.slice(justPath.length);
  }
}

function valid<T>(parsed: T | string): T {
  assert(typeof parsed !== "string", `a path template passed validation: ${String(parsed)}`);
  return parsed;
}
