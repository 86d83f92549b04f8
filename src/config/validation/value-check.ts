/** Looks at one value; returns what is wrong with it as the end of a sentence ("must not be empty"), or null. */
export type ValueCheck = (value: unknown) => string | null;

/**
 * Whether a rule is given. The messages of validate.proto are proto2: a field that is not set is not an own property,
 * its default is on the prototype.
 */
export function hasRule<Rules extends object>(rules: Rules, name: keyof Rules): boolean {
  return Object.hasOwn(rules, name);
}

/** "one of A, B, C", for messages. */
export function listed(values: Iterable<unknown>): string {
  return [...values].map(String).join(", ");
}
