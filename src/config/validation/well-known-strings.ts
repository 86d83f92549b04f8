import { isIP, isIPv4, isIPv6 } from "node:net";
import type { StringRules } from "../../gen/validate/validate_pb.js";

type StringCheck = (value: string) => string | null;
type WellKnown = Exclude<NonNullable<StringRules["wellKnown"]["case"]>, "wellKnownRegex">;

/** `KnownRegex.HTTP_HEADER_NAME` and `HTTP_HEADER_VALUE` of validate.proto. */
const HTTP_HEADER_NAME = 1;
const HTTP_HEADER_VALUE = 2;

const HEADER_NAME = /^:?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const HEADER_VALUE = /^[^\x00-\x08\x0a-\x1f\x7f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const LOOSE_HEADER = /^[^\x00\n\r]*$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const EMAIL_LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** RFC 3986: the characters of a URI, percent signs only as escapes. */
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** The check of `well_known_regex`: header names and values by RFC 9110, or all but CR, LF and NUL. */
export function knownPattern(regex: number, strict: boolean): StringCheck {
  const pattern = knownRegex(regex, strict);
  if (pattern === null) return () => null;
  const what = regex === HTTP_HEADER_NAME ? "must be a valid header name" : "must be a valid header value";
  return (value) => (pattern.test(value) ? null : what);
}

/** Null for a value of `KnownRegex` that stands for nothing. */
export function knownRegex(regex: number, strict: boolean): RegExp | null {
  if (regex !== HTTP_HEADER_NAME && regex !== HTTP_HEADER_VALUE) return null;
  if (!strict) return LOOSE_HEADER;
  return regex === HTTP_HEADER_NAME ? HEADER_NAME : HEADER_VALUE;
}

/** The checks of the other members of `well_known`. */
export function wellKnownCheck(kind: WellKnown): StringCheck {
  const { test, text } = WELL_KNOWN[kind];
  return (value) => (test(value) ? null : text);
}

const WELL_KNOWN: Readonly<Record<WellKnown, { test: (value: string) => boolean; text: string }>> = {
  email: { test: isEmail, text: "must be an email address" },
  hostname: { test: isHostname, text: "must be a host name" },
  ip: { test: (value) => isIP(value) !== 0, text: "must be an IP address" },
  ipv4: { test: isIPv4, text: "must be an IPv4 address" },
  ipv6: { test: isIPv6, text: "must be an IPv6 address" },
  uri: { test: (value) => SCHEME.test(value) && URI_CHARACTERS.test(value), text: "must be an absolute URI" },
  uriRef: { test: (value) => URI_CHARACTERS.test(value), text: "must be a URI or a relative reference" },
  address: { test: (value) => isIP(value) !== 0 || isHostname(value), text: "must be an IP address or a host name" },
  uuid: { test: (value) => UUID.test(value), text: "must be a UUID" },
};

/** RFC 1034: labels of letters, digits and inner hyphens; 253 characters at most. */
function isHostname(value: string): boolean {
  const name = value.endsWith(".") ? value.slice(0, -1) : value;
  if (name.length === 0 || name.length > 253) return false;
  return name.split(".").every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
}

/** RFC 5322 without the forms nobody uses: quoted local parts and comments. */
function isEmail(value: string): boolean {
  const at = value.lastIndexOf("@");
  if (at < 1 || at > 64 || value.length > 254) return false;
  return EMAIL_LOCAL_PART.test(value.slice(0, at)) && isHostname(value.slice(at + 1));
}
