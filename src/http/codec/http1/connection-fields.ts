import type { StringMatcher } from "../../../matching/string-matcher.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { trimWhitespace } from "../../headers/header-syntax.js";
import { CONNECT_UPGRADE, SWITCHING_PROTOCOLS } from "../../headers/upgrade.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";

/** Fields that a `connection` option must not remove: routing, framing and trust depend on them (RFC 9110 7.6.1). */
const PROTECTED = new Set(["host", "content-length", "forwarded", "via", "date", "content-type"]);

/** A peer that names more options than this is not describing a connection. Envoy's limit. */
const MAX_OPTIONS = 9;

/**
 * RFC 9110 7.6.1: removes what belongs to the connection the message came on: the options that `connection` names, and
 * what the parser has left of the fields that are hop-by-hop by nature. `upgrade` stays where the message asks for one,
 * since the filters decide on it, and in the response that grants it; `te` stays as `trailers`, which gRPC needs end to
 * end.
 *
 * @param ignoredUpgrades protocols that a request asks for in vain; null for none
 */
export function removeConnectionFields(
  head: MessageHead,
  isRequest: boolean,
  ignoredUpgrades: readonly StringMatcher[] | null,
): CodecError | null {
  const headers = head.headers;
  if (head.hasUpgrade && isRequest && ignoredUpgrades !== null) dropUpgrades(headers, ignoredUpgrades);
  const upgrades = head.hasUpgrade && (isRequest ? asksForUpgrade(head) : headers.status === SWITCHING_PROTOCOLS);
  if (namesFields(head.connectionOptions)) {
    const error = removeNamed(headers, head.connectionOptions, upgrades);
    if (error !== null) return error;
  }
  if (upgrades) keepUpgrade(headers);
  else if (head.hasUpgrade) headers.remove("upgrade");
  if (head.hasTe) reduceTe(headers);
  return null;
}

/**
 * RFC 9110 7.8: it counts only with its connection option, and never in HTTP/1.0. A request with a body whose end has to
 * be found first goes on as an ordinary one, as does one that asks for HTTP/2, which is never spoken to whoever only
 * asks for it.
 */
function asksForUpgrade(head: MessageHead): boolean {
  if (head.minorVersion !== 1 || !head.hasConnectionOption("upgrade")) return false;
  const protocol = head.headers.getJoined("upgrade");
  if (protocol === null || protocol === "" || head.headers.method === CONNECT_UPGRADE) return false;
  return head.transferEncoding === "" && protocol.toLowerCase() !== "h2c";
}

/** RFC 9110 7.8: whoever does not want to switch ignores the field. What is left of it counts. */
function dropUpgrades(headers: HeaderMap, ignored: readonly StringMatcher[]): void {
  const protocols = (headers.getJoined("upgrade") ?? "").split(",").map(trimWhitespace);
  const left = protocols.filter((protocol) => !ignored.some((matcher) => matcher.matches(protocol)));
  if (left.length === protocols.length) return;
  if (left.length === 0) headers.remove("upgrade");
  else headers.set("upgrade", left.join(","));
}

/** Both fields go on to the filters and to the next hop: they are matched on, and answered. */
function keepUpgrade(headers: HeaderMap): void {
  headers.add("connection", "upgrade");
  if (headers.status === 0) headers.upgradeType = headers.getJoined("upgrade") as string;
}

/** RFC 9110 7.6.1: what `connection` names goes from the trailer section too. The names were checked with the head. */
export function removeNamedTrailers(head: MessageHead): void {
  if (head.headers.size > 0 && namesFields(head.connectionOptions)) {
    removeNamed(head.headers, head.connectionOptions, false);
  }
}

function namesFields(options: string): boolean {
  return options !== "" && options !== "keep-alive" && options !== "close";
}

function removeNamed(headers: HeaderMap, options: string, upgrades: boolean): CodecError | null {
  let count = 0;
  for (const option of options.split(",")) {
    const name = trimWhitespace(option);
    if (name === "") continue;
    if (++count > MAX_OPTIONS) return Http1Errors.invalidConnectionHeader;
    if (name === "close" || name === "keep-alive" || name === "te") continue;
    if (PROTECTED.has(name) || name.startsWith(":") || name.startsWith("x-forwarded-")) {
      return Http1Errors.invalidConnectionHeader;
    }
    if (name === "upgrade" && upgrades) continue;
    headers.remove(name);
  }
  return null;
}

function reduceTe(headers: HeaderMap): void {
  const codings = (headers.getJoined("te") ?? "").toLowerCase().split(",");
  for (const coding of codings) {
    if (trimWhitespace(coding) !== "trailers") continue;
    headers.set("te", "trailers");
    return;
  }
  headers.remove("te");
}
