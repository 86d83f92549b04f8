import type { HeaderMap } from "./header-map.js";
import { trimWhitespace } from "./header-syntax.js";

/** The value of a cookie of a request (RFC 6265 4.2), without quotes around it; the first of its name, null for none. */
export function cookieValue(headers: HeaderMap, name: string): string | null {
  for (let i = 0; i < headers.size; i++) {
    if (headers.nameAt(i) !== "cookie") continue;
    const value = valueIn(headers.valueAt(i), name);
    if (value !== null) return value;
  }
  return null;
}

function valueIn(cookies: string, name: string): string | null {
  let start = 0;
  while (start < cookies.length) {
    const semicolon = cookies.indexOf(";", start);
    const end = semicolon < 0 ? cookies.length : semicolon;
    const equals = cookies.indexOf("=", start);
    if (equals >= 0 && equals < end && trimWhitespace(cookies.slice(start, equals)) === name) {
      return unquoted(trimWhitespace(cookies.slice(equals + 1, end)));
    }
    start = end + 1;
  }
  return null;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
