/** RFC 9110 9 and RFC 5789: the methods that most requests have. */
const KNOWN_METHODS: readonly string[] = [
  "GET",
  "POST",
  "HEAD",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "CONNECT",
  "TRACE",
];

/**
 * The well-known method that these bytes spell, null for others. Methods are case-sensitive. No string is made of the
 * bytes, and the result is the same object each time, so that later comparisons are of that.
 */
export function knownMethod(bytes: Uint8Array, start: number, end: number): string | null {
  const length = end - start;
  for (let i = 0; i < KNOWN_METHODS.length; i++) {
    const method = KNOWN_METHODS[i] as string;
    if (method.length === length && isSpelledBy(method, bytes, start)) return method;
  }
  return null;
}

function isSpelledBy(method: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < method.length; i++) if (bytes[start + i] !== method.charCodeAt(i)) return false;
  return true;
}
