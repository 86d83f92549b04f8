/*
 * The one table of syntax rules: what characters RFC 9110 and RFC 9112 allow where. Indexed by byte, values are bits.
 */

const TOKEN = 1;
const FIELD_VALUE = 2;
const TARGET = 4;
const UPPER = 8;
const DIGIT = 16;
const HEX = 32;

const CLASSES = new Uint8Array(256);

function mark(characters: string, bit: number): void {
  for (const character of characters) (CLASSES[character.charCodeAt(0)] as number) |= bit;
}

function markRange(from: number, to: number, bit: number): void {
  for (let code = from; code <= to; code++) (CLASSES[code] as number) |= bit;
}

// RFC 9110 5.6.2: tchar.
mark("!#$%&'*+-.^_`|~", TOKEN);
markRange(0x30, 0x39, TOKEN | DIGIT | HEX);
markRange(0x41, 0x5a, TOKEN | UPPER);
markRange(0x61, 0x7a, TOKEN);
mark("abcdefABCDEF", HEX);
// RFC 9110 5.5: field-vchar (VCHAR and obs-text), SP and HTAB inside.
markRange(0x20, 0x7e, FIELD_VALUE);
markRange(0x80, 0xff, FIELD_VALUE);
mark("\t", FIELD_VALUE);
// RFC 9112 3.2: a request target has no whitespace and no controls; bytes above ASCII are no URI characters.
markRange(0x21, 0x7e, TARGET);

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

/**
 * RFC 3986 3.2.2 and 3.2.3 without userinfo: a registered name, IPv4 or bracketed IPv6, and an optional port. An empty
 * host is no authority.
 */
export function isAuthority(text: string): boolean {
  const hostEnd = text.startsWith("[") ? bracketedHostEnd(text) : namedHostEnd(text);
  if (hostEnd <= 0) return false;
  if (hostEnd === text.length) return true;
  if (text.charCodeAt(hostEnd) !== 0x3a) return false;
  for (let i = hostEnd + 1; i < text.length; i++) if (!isDigitCode(text.charCodeAt(i))) return false;
  return Number(text.slice(hostEnd + 1)) <= 65_535;
}

function bracketedHostEnd(text: string): number {
  const close = text.indexOf("]");
  for (let i = 1; i < close; i++) {
    const code = text.charCodeAt(i);
    // Hex digits, colons and dots; `v` and `%` forms do not occur in HTTP.
    if (!isHexCode(code) && code !== 0x3a && code !== 0x2e) return -1;
  }
  return close > 2 ? close + 1 : -1;
}

/** RFC 3986 3.2.2 reg-name characters: unreserved, percent-encoded and sub-delims. */
const REG_NAME = new Uint8Array(128);
for (const character of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+;=") {
  REG_NAME[character.charCodeAt(0)] = 1;
}

function namedHostEnd(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a) return i;
    if (code > 0x7f || REG_NAME[code] !== 1) return -1;
  }
  return text.length;
}
