/**
 * Whether bytes hold all of the wanted pieces in their order, with anything between. Without pieces
 * they always do.
 */
export function holdsInOrder(bytes: string, wanted: readonly string[]): boolean {
  let at = 0;
  for (const piece of wanted) {
    const found = bytes.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}
