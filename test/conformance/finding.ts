/** What a probe saw that must not be: the proxy fails it. Any other error is one of the probe. */
export class Finding extends Error {
  override readonly name = "Finding";
}

/** Fails the probe with what was seen, unless the condition holds. */
export function must(condition: boolean, seen: string): asserts condition {
  if (!condition) throw new Finding(seen);
}
