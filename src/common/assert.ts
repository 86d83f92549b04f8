/** Thrown when Sluice itself is wrong, never because of what a peer or a user sent. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** States an invariant of our own code; a failure is a bug and stops the process. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
