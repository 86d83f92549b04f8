import { isIPv6 } from "node:net";

/*
 * The one table of syntax rules: what characters RFC 9110 and RFC 9112 allow where. Indexed by byte, values are bits.
 */

const TOKEN = 1;
const FIELD_VALUE = 2;
const TARGET = 4;
const UPPER = 8;
const DIGIT = 16;
const HEX = 32;
const REG_NAME = 64;

const CLASSES = new Uint8Array(256);

function mark(characters: string, bit: number): void {
  for (const character of characters) (CLASSES[character.charCodeAt(0)] as number) |= bit;
}

function markRange(from: number, to: number, bit: number): void {
  for (let code = from; code <= to; code++) (CLASSES[code] as number) |= bit;
}

// RFC 9110 5.6.2: tchar.
mark("!#$%&'*+-.^_`|~", TOKEN);
markRange(0x30, 0x39, TOKEN | DIGIT | HEX | REG_NAME);
markRange(0x41, 0x5a, TOKEN | UPPER | REG_NAME);
markRange(0x61, 0x7a, TOKEN | REG_NAME);
mark("abcdefABCDEF", HEX);
// RFC 9110 5.5: field-vchar (VCHAR and obs-text), SP and HTAB inside.
markRange(0x20, 0x7e, FIELD_VALUE);
markRange(0x80, 0xff, FIELD_VALUE);
mark("\t", FIELD_VALUE);
// RFC 9112 3.2: a request target has no whitespace and no controls; bytes above ASCII are no URI characters. The ASCII
// ones that RFC 3986 leaves out (`"<>\^{|}` and the grave accent) pass, as with Envoy: clients send them unencoded.
markRange(0x21, 0x7e, TARGET);
// RFC 3986 3.2.2: unreserved and sub-delims, but no comma: it would make one host of what others read as a list.
mark("-._~!$&'()*+;=", REG_NAME);

export function isTokenCode(code: number): boolean {
  return ((CLASSES[code] as number) & TOKEN) !== 0;
}

/** A byte that may stand in a field value, inner whitespace included. */
export function isFieldValueCode(code: number): boolean {
  return ((CLASSES[code] as number) & FIELD_VALUE) !== 0;
}

export function isTargetCode(code: number): boolean {
  return ((CLASSES[code] as number) & TARGET) !== 0;
}

export function isUpperCode(code: number): boolean {
  return ((CLASSES[code] as number) & UPPER) !== 0;
}

export function isDigitCode(code: number): boolean {
  return ((CLASSES[code] as number) & DIGIT) !== 0;
}

export function isHexCode(code: number): boolean {
  return ((CLASSES[code] as number) & HEX) !== 0;
}

/** RFC 9110 5.6.3: SP or HTAB. Nothing else is whitespace in HTTP, whatever `String.trim` takes for it. */
export function isWhitespaceCode(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** RFC 9110 5.6.2: one or more tchar. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isTokenCode(text.charCodeAt(i))) return false;
  return text.length > 0;
}

/** RFC 9110 5.5: no NUL, CR, LF or other controls but HTAB. An empty value is fine. */
export function isFieldValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff || !isFieldValueCode(code)) return false;
  }
  return true;
}

/** A path and query as they may stand in a request line: no whitespace, controls or bytes above ASCII. */
export function isTarget(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f || !isTargetCode(code)) return false;
  }
  return text.length > 0;
}

/** Without the optional whitespace around a list element or value (RFC 9110 5.6.3). */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespaceCode(text.charCodeAt(start))) start++;
  while (end > start && isWhitespaceCode(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * RFC 3986 3.2.2 and 3.2.3 without userinfo: a registered name, IPv4 or bracketed IPv6, and an optional port. An empty
 * host is no authority. Names with underscores are none of DNS, but are in use and harmless.
 */
export function isAuthority(text: string): boolean {
  const hostEnd = authorityHostEnd(text);
  return hostEnd > 0 && (hostEnd === text.length || isPort(text, hostEnd));
}

/** An authority that names its port, as CONNECT needs it (RFC 9110 9.3.6): one from 1 to 65535. */
export function isAuthorityWithPort(text: string): boolean {
  const hostEnd = authorityHostEnd(text);
  return hostEnd > 0 && isPort(text, hostEnd) && Number(text.slice(hostEnd + 1)) > 0;
}

/** A colon and at most a 16-bit number, which may be empty (RFC 3986 3.2.3). */
function isPort(text: string, colonAt: number): boolean {
  if (text.charCodeAt(colonAt) !== 0x3a) return false;
  for (let i = colonAt + 1; i < text.length; i++) if (!isDigitCode(text.charCodeAt(i))) return false;
  return Number(text.slice(colonAt + 1)) <= 65_535;
}

/** Where the host ends, at the end of the text or at what may be a port; -1 when it is malformed. */
function authorityHostEnd(text: string): number {
  return text.startsWith("[") ? bracketedHostEnd(text) : namedHostEnd(text);
}

/** IPv6 without zone: a zone means something on one machine only (RFC 9110 4.2 has none). No `v` forms, nobody uses them. */
function bracketedHostEnd(text: string): number {
  const close = text.indexOf("]");
  const address = text.slice(1, close);
  return close > 0 && isIPv6(address) && !address.includes("%") ? close + 1 : -1;
}

function namedHostEnd(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a) return i;
    if (code === 0x25) {
      // Percent-encoded: two hexadecimal digits, or others would read another name.
      if (!isHexCode(text.charCodeAt(i + 1)) || !isHexCode(text.charCodeAt(i + 2))) return -1;
    } else if (((CLASSES[code] as number) & REG_NAME) === 0) {
      return -1;
    }
  }
  return text.length;
}
