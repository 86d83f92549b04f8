import type { LogContext } from "../http/formatter/log-context.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { compilePathRewriter, type PathRewriter } from "./path-rewriter.js";
import type { RedirectConfig } from "./route-action-config.js";

/** Sends the client elsewhere (`envoy.config.route.v3.RedirectAction`). */
export class RedirectAction {
  readonly kind = "redirect";
  readonly status: number;
  private readonly config: RedirectConfig;
  private readonly rewriter: PathRewriter | null;
  private readonly pathHasQuery: boolean;

  constructor(config: RedirectConfig) {
    this.status = config.status;
    this.config = config;
    this.rewriter = config.pathRewrite === null ? null : compilePathRewriter(config.pathRewrite);
    this.pathHasQuery = config.path.includes("?");
  }

  /** The absolute URL to go to. @param matchedLength how much of the path the route matched @param context what formats read */
  location(headers: HeaderMap, matchedLength: number, context: LogContext): string {
    const { config } = this;
    const scheme = config.scheme === "" ? headers.scheme : config.scheme;
    const host = config.host === "" ? requestHost(headers, scheme, config.port !== 0) : config.host;
    const port = config.port === 0 ? "" : `:${config.port}`;
    return `${scheme}://${host}${port}${rooted(this.path(headers.path, matchedLength, context))}`;
  }

  private path(path: string, matchedLength: number, context: LogContext): string {
    // A query of the configuration's own is never stripped.
    if (this.pathHasQuery) return this.config.path;
    const rewritten = this.rewritten(path, matchedLength, context);
    if (!this.config.stripQuery) return rewritten;
    const question = rewritten.indexOf("?");
    return question < 0 ? rewritten : rewritten.slice(0, question);
  }

  private rewritten(path: string, matchedLength: number, context: LogContext): string {
    if (this.config.path !== "") {
      const question = path.indexOf("?");
      return question < 0 ? this.config.path : this.config.path + path.slice(question);
    }
    return this.rewriter === null ? path : (this.rewriter.rewrite(path, matchedLength, context) ?? path);
  }
}

/** The URL that a request asked for. */
export function requestUrl(headers: HeaderMap): string {
  return `${headers.scheme}://${headers.authority}${rooted(headers.path)}`;
}

/** Without its slash a path would be taken for a part of the host. */
function rooted(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

/** Without its port when there is a new one, or when it was only the standard one of a scheme that is left behind. */
function requestHost(headers: HeaderMap, scheme: string, hasNewPort: boolean): string {
  const { authority } = headers;
  const colon = portColon(authority);
  if (colon < 0) return authority;
  if (hasNewPort) return authority.slice(0, colon);
  const port = authority.slice(colon);
  const before = headers.get("x-forwarded-proto");
  if (before === scheme) return authority;
  const isStandard = (before === "https" && port === ":443") || (before === "http" && port === ":80");
  return isStandard ? authority.slice(0, colon) : authority;
}

/** Where the port begins, -1 when there is none; the colons of an IPv6 address in brackets do not count. */
function portColon(authority: string): number {
  const colon = authority.lastIndexOf(":");
  return authority.startsWith("[") && authority[colon - 1] !== "]" ? -1 : colon;
}
