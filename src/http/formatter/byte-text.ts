import { isUtf8 } from "node:buffer";

/*
 * Lines are strings of bytes, as HTTP headers are: one UTF-16 unit for each byte, written to files as latin1. A header
 * that carries UTF-8 is thus logged as it came, and text from the configuration is turned into bytes once.
 */

/** What a JSON string cannot contain as it is: quotes, backslashes, control characters; and bytes to be checked. */
const NEEDS_CARE = /["\\]|[^\x20-\x7e]/;
const NOT_ASCII = /[\u0080-\uffff]/;
const HIGH_BYTE = /[\x80-\xff]/g;

/** Text from the configuration as the bytes of its UTF-8. */
export function utf8Bytes(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** The bytes as a JSON string in quotes. Bytes that are not UTF-8 become `\u00XX`, so that the line stays valid JSON. */
export function jsonString(bytes: string): string {
  if (!NEEDS_CARE.test(bytes)) return `"${bytes}"`;
  const quoted = JSON.stringify(bytes);
  if (!NOT_ASCII.test(bytes) || isUtf8(Buffer.from(bytes, "latin1"))) return quoted;
  return quoted.replace(HIGH_BYTE, escapeByte);
}

function escapeByte(byte: string): string {
  return `\\u00${byte.charCodeAt(0).toString(16)}`;
}
