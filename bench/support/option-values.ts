/** A whole number of an option. Throws with a message for the user. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
    throw new Error(`--${option} must be a whole number from ${least}: ${text}`);
  }
  return value;
}

/** The names of a list with commas; none for an empty text. */
export function names(text: string): string[] {
  return text.split(",").filter((name) => name !== "");
}
