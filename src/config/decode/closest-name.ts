/** Words that a name may have besides those that were written. */
const MAX_EXTRA_WORDS = 2;
const MIN_WORD_LENGTH = 3;

/**
 * The candidate that was probably meant, or null when none is near. Case and the characters between words do not
 * count, so `connectTimeout` leads to `connect_timeout`.
 */
export function closestName(written: string, candidates: Iterable<string>): string | null {
  const wanted = lettersOf(written);
  // One slip for three letters: more, and the proposals become guesses.
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, lettersOf(candidate), bestDistance - 1);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? nameWithWords(written, candidates);
}

/** The only candidate that has all the words of what was written: `port` leads to `port_value`. */
function nameWithWords(written: string, candidates: Iterable<string>): string | null {
  const words = wordsOf(written);
  const fitting = [...candidates].filter((candidate) => {
    const own = wordsOf(candidate);
    return (
      words.length > 0 && own.length <= words.length + MAX_EXTRA_WORDS && words.every((word) => own.includes(word))
    );
  });
  const beginning = fitting.filter((candidate) => wordsOf(candidate)[0] === words[0]);
  if (fitting.length === 1) return fitting[0] ?? null;
  return beginning.length === 1 ? (beginning[0] ?? null) : null;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= MIN_WORD_LENGTH);
}

/** Plurals in `-ies` count as their singular: `num_retry` leads to `num_retries`. */
function lettersOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/ies(?=$|[-_ ])/g, "y")
    .replace(/[-_ ]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours; anything above `limit` counts as `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let rowMinimum = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
      rowMinimum = Math.min(rowMinimum, cost);
    }
    if (rowMinimum > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return Math.min(last[b.length] ?? 0, limit + 1);
}
