import { isAuthority, isAuthorityWithPort } from "../../headers/header-syntax.js";
import { CONNECT_UPGRADE } from "../../headers/upgrade.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";
import type { ParserSettings } from "./parser-settings.js";

const SLASH = 0x2f;

/**
 * RFC 9112 3.2: the four forms of a request target. Sets path, authority and scheme.
 *
 * A fragment is no part of any form and is refused by the connection manager, which may be told otherwise.
 */
export function applyRequestTarget(head: MessageHead, target: string, settings: ParserSettings): CodecError | null {
  const headers = head.headers;
  // 3.2.3: authority-form is for CONNECT alone, and CONNECT takes no other.
  if (headers.method === "CONNECT") {
    if (!isAuthorityWithPort(target)) return Http1Errors.invalidTarget;
    replaceHost(head, target);
    headers.upgradeType = CONNECT_UPGRADE;
    // Zero, or it would have been refused: RFC 9110 9.3.6 knows no content of CONNECT.
    headers.remove("content-length");
    return null;
  }
  // 3.2.1: origin-form, all but every request.
  if (target.charCodeAt(0) === SLASH) {
    headers.path = target;
    return null;
  }
  // 3.2.4: asterisk-form, for OPTIONS alone.
  if (target === "*") {
    if (headers.method !== "OPTIONS") return Http1Errors.invalidTarget;
    headers.path = target;
    return null;
  }
  if (settings.allowAbsoluteUrl) return applyAbsoluteForm(head, target, settings.allowHttpsTarget);
  headers.path = target;
  return null;
}

/** 3.2.2: the target's authority replaces the host field, which may not even agree with it. */
function applyAbsoluteForm(head: MessageHead, target: string, allowHttps: boolean): CodecError | null {
  const schemeEnd = target.indexOf("://");
  if (schemeEnd < 0) return Http1Errors.invalidTarget;
  const scheme = target.slice(0, schemeEnd).toLowerCase();
  if (scheme !== "http" && scheme !== "https") return Http1Errors.invalidScheme;
  const authorityStart = schemeEnd + 3;
  let authorityEnd = authorityStart;
  while (authorityEnd < target.length && !"/?#".includes(target.charAt(authorityEnd))) authorityEnd++;
  const authority = target.slice(authorityStart, authorityEnd);
  // RFC 9110 4.2.4: userinfo in a target is more likely an attack than a wish; isAuthority knows no `@`.
  if (!isAuthority(authority)) return Http1Errors.invalidTarget;
  // RFC 9110 4.2.2: who believed it would take what came in the clear for protected.
  if (scheme === "https" && !allowHttps) return Http1Errors.httpsInPlaintext;
  const rest = target.slice(authorityEnd);
  const headers = head.headers;
  headers.scheme = scheme;
  replaceHost(head, authority);
  // 3.2.4: OPTIONS for a whole server loses its asterisk in absolute form; an empty path is "/" otherwise.
  if (rest === "") headers.path = headers.method === "OPTIONS" ? "*" : "/";
  else headers.path = rest.charCodeAt(0) === SLASH ? rest : `/${rest}`;
  return null;
}

/**
 * 3.2.2: what the target says counts, whatever the host field says. But a request of HTTP/1.1 must have that field all
 * the same (3.2): without it the authority stays empty, and the connection manager refuses the request as any other
 * that has none.
 */
function replaceHost(head: MessageHead, authority: string): void {
  if (head.hasHost || head.minorVersion === 0) head.headers.authority = authority;
}
