/**
 * The path without query and fragment, as routes are matched on it. The asterisk of `OPTIONS *` stands for the server as
 * a whole (RFC 9112 3.2.4), whose root is what routes know of it.
 */
export function pathOnly(path: string): string {
  if (path === "*") return "/";
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 0x3f || code === 0x23) return path.slice(0, i);
  }
  return path;
}
