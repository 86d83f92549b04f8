import type { Difference, DifferenceKind } from "./difference.js";
import { reasonFor } from "./reasons.js";

/** Differences of one class, for all readers together. */
interface DifferenceClass {
  readonly kind: DifferenceKind;
  readonly what: string;
  readonly why: string;
  readonly timesOf: Map<string, number>;
  /** The shortest input that shows it. */
  example: string;
}

/** Counts differences by class, and keeps those that nothing explains. */
export class Tally {
  readonly unexplained: Difference[] = [];
  inputs = 0;
  /** Inputs of which all readers made the same. */
  agreed = 0;
  private readonly classes = new Map<string, DifferenceClass>();

  add(difference: Difference): void {
    const reason = reasonFor(difference);
    if (reason === null) {
      this.unexplained.push(difference);
      return;
    }
    const { kind, peer, input } = difference;
    const key = `${kind} ${reason.what}`;
    const entry = this.classes.get(key) ?? { kind, ...plain(reason), timesOf: new Map(), example: input };
    entry.timesOf.set(peer, (entry.timesOf.get(peer) ?? 0) + 1);
    if (input.length < entry.example.length) entry.example = input;
    this.classes.set(key, entry);
  }

  /** Those of one kind, as rows of a table for these readers. */
  rows(kind: DifferenceKind, peers: readonly string[]): string[] {
    return [...this.classes.values()]
      .filter((entry) => entry.kind === kind)
      .sort((one, other) => (one.what < other.what ? -1 : 1))
      .map(({ what, why, timesOf, example }) => {
        const times = peers.map((peer) => timesOf.get(peer) ?? "").join(" | ");
        return `| ${what} | ${times} | ${why} | ${shown(example)} |`;
      });
  }
}

function plain({ what, why }: { what: string; why: string }): { what: string; why: string } {
  return { what, why };
}

const LONGEST = 110;

/** Bytes as code in a table: no line ends, nothing that ends the cell or the code. */
export function shown(bytes: string): string {
  const text = JSON.stringify(bytes)
    .slice(1, -1)
    .replaceAll("\\u00", "\\x")
    .replaceAll('\\"', '"')
    .replace(/[^ -~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replaceAll("|", "\\x7c")
    .replaceAll("`", "\\x60");
  return `\`${text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text}\``;
}
