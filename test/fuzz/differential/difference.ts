import type { Observation, SeenRequest } from "./observation.js";

/**
 * `stricter`: they go on where we refuse or wait. `looser`: we go on where they do. `other`: both take the bytes for a
 * request, and not for the same one. `waiting`: the requests are the same, and what follows they refuse while we wait for
 * more of it.
 */
export type DifferenceKind = "stricter" | "looser" | "other" | "waiting";

/** Where two readers part. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly peer: string;
  readonly input: string;
  readonly ours: Observation;
  readonly theirs: Observation;
  /** The request at which they part; null where that side has none. */
  readonly own: SeenRequest | null;
  readonly their: SeenRequest | null;
}

/** The first place where two readers part; null when they see the same requests. */
export function differenceOf(peer: string, input: string, ours: Observation, theirs: Observation): Difference | null {
  const length = Math.max(ours.requests.length, theirs.requests.length);
  for (let i = 0; i < length; i++) {
    const own = ours.requests[i] ?? null;
    const their = theirs.requests[i] ?? null;
    if (own !== null && their !== null && isSame(own, their)) continue;
    return { kind: kindOf(own, their), peer, input, ours, theirs, own, their };
  }
  if (ours.ended || ours.status >= 400 || theirs.status < 400) return null;
  return { kind: "waiting", peer, input, ours, theirs, own: null, their: null };
}

function kindOf(own: SeenRequest | null, their: SeenRequest | null): DifferenceKind {
  if (own === null) return "stricter";
  return their === null ? "looser" : "other";
}

function isSame(one: SeenRequest, other: SeenRequest): boolean {
  return (
    one.method === other.method && one.target === other.target && one.host === other.host && one.body === other.body
  );
}
