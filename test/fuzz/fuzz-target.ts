/** Something that must hold for any input. `run` throws with the input that breaks it. */
export interface FuzzTarget {
  readonly name: string;
  /** Tries one input. */
  run(): void;
}

/** A property that an input breaks. */
export class FuzzFailure extends Error {
  override readonly name = "FuzzFailure";

  /** @param place the target, and the input that was tried */
  constructor(place: string, options: { readonly cause: unknown }) {
    const { cause } = options;
    super(`${place}\n${cause instanceof Error ? cause.message : cause}`, options);
  }
}
