/**
 * The name of a request header as matching looks it up: lower case, and `:authority` for the host field of HTTP/1, which
 * is that before anyone can look.
 */
export function headerKey(name: string): string {
  const lower = name.toLowerCase();
  return lower === "host" ? ":authority" : lower;
}
