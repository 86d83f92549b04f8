/**
 * A whole number of decimal digits without sign, as header fields have them; null for anything else.
 * @param maxDigits more than these are no number here; at most 15, up to which numbers are exact
 */
export function wholeNumber(text: string | null, maxDigits: number): number | null {
  if (text === null || text === "" || text.length > maxDigits) return null;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value;
}
