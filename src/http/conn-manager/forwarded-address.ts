import { isIP } from "node:net";

/**
 * The address that stands at a place of `x-forwarded-for`, counted from the right: 1 is the last one appended. Null when
 * there are fewer, or when what stands there is no address.
 */
export function forwardedAddress(value: string, fromRight: number): string | null {
  let end = value.length;
  for (let place = 1; ; place++) {
    const comma = value.lastIndexOf(",", end - 1);
    const start = end === 0 ? 0 : comma + 1;
    if (place === fromRight) {
      const address = value.slice(start, end).trim();
      return isIP(address) === 0 ? null : address;
    }
    if (comma < 0 || end === 0) return null;
    end = comma;
  }
}

/** True when `x-forwarded-for` names exactly one address. */
export function isSingleAddress(value: string): boolean {
  return !value.includes(",");
}
