import type { HeaderMap } from "../../headers/header-map.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";

/** Fields that a `connection` option must not remove: routing, framing and trust depend on them (RFC 9110 7.6.1). */
const PROTECTED = new Set(["host", "content-length", "forwarded", "via", "date", "content-type"]);

/** A peer that names more options than this is not describing a connection. */
const MAX_OPTIONS = 16;

/**
 * RFC 9110 7.6.1: removes what belongs to the connection the message came on: the options that `connection` names and
 * the fields that are hop-by-hop by nature. `upgrade` stays where the message asks for one, since the filters decide
 * on it; `te` stays as `trailers`, which gRPC needs end to end.
 */
export function removeConnectionFields(head: MessageHead): CodecError | null {
  const headers = head.headers;
  const options = head.connectionOptions;
  const upgrades = head.minorVersion === 1 && options !== "" && head.hasConnectionOption("upgrade");
  if (options !== "" && options !== "keep-alive" && options !== "close") {
    const error = removeNamed(headers, options, upgrades);
    if (error !== null) return error;
  }
  if (headers.size === 0) return null;
  headers.remove("keep-alive");
  headers.remove("proxy-connection");
  headers.remove("http2-settings");
  if (!upgrades) headers.remove("upgrade");
  const te = headers.get("te");
  if (te !== null) reduceTe(headers, te);
  return null;
}

function removeNamed(headers: HeaderMap, options: string, upgrades: boolean): CodecError | null {
  const names = options.split(",");
  if (names.length > MAX_OPTIONS) return Http1Errors.invalidConnectionHeader;
  for (const option of names) {
    const name = option.trim();
    if (name === "" || name === "close" || name === "keep-alive" || name === "te") continue;
    if (PROTECTED.has(name) || name.startsWith(":") || name.startsWith("x-forwarded-")) {
      return Http1Errors.invalidConnectionHeader;
    }
    if (name === "upgrade" && upgrades) continue;
    headers.remove(name);
  }
  return null;
}

function reduceTe(headers: HeaderMap, value: string): void {
  const accepts = value.toLowerCase().split(",");
  if (accepts.some((coding) => coding.trim() === "trailers")) headers.set("te", "trailers");
  else headers.remove("te");
}
