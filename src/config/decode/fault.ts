/** Why a single value could not be read; the caller knows where it stands. */
export class Fault {
  readonly message: string;
  /** What to write instead, as a sentence; empty when there is no proposal. */
  readonly suggestion: string;

  constructor(message: string, suggestion = "") {
    this.message = message;
    this.suggestion = suggestion;
  }
}

/** The usual form of a proposal. */
export function didYouMean(proposal: string | null): string {
  return proposal === null ? "" : `did you mean \`${proposal}\`?`;
}
