import { isAuthority, isTarget } from "./header-syntax.js";

/** An absolute URL of HTTP, taken apart. */
export interface AbsoluteUrl {
  readonly scheme: "http" | "https";
  /** With its port, if it has one. */
  readonly authority: string;
  /** With its query, without a fragment; at least `/`. */
  readonly path: string;
}

/** Null for anything else, such as a relative reference or a URL with a user. */
export function parseAbsoluteUrl(url: string): AbsoluteUrl | null {
  const colon = url.indexOf("://");
  if (colon < 0) return null;
  const scheme = url.slice(0, colon).toLowerCase();
  if (scheme !== "http" && scheme !== "https") return null;
  const start = colon + 3;
  const end = authorityEnd(url, start);
  const authority = url.slice(start, end);
  const fragment = url.indexOf("#", end);
  const rest = fragment < 0 ? url.slice(end) : url.slice(end, fragment);
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  return isAuthority(authority) && isTarget(path) ? { scheme, authority, path } : null;
}

function authorityEnd(url: string, start: number): number {
  for (let i = start; i < url.length; i++) {
    const code = url.charCodeAt(i);
    if (code === 0x2f || code === 0x3f || code === 0x23) return i;
  }
  return url.length;
}
