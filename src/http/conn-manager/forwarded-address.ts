import { isIP } from "node:net";
import type { CidrSet } from "../../network/cidr.js";

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

/** Who writes more addresses than this is not describing a way that a request takes. Envoy's limit. */
const MAX_PROXIES = 20;

/**
 * The last address of `x-forwarded-for` that is none of the proxies which have written it; the first one where all are.
 * Null when an entry on the way there is no address, or when there are more than 20.
 */
export function addressBeforeProxies(value: string, proxies: CidrSet): string | null {
  const entries = value.split(",");
  if (entries.length > MAX_PROXIES) return null;
  let address: string | null = null;
  for (let i = entries.length - 1; i >= 0; i--) {
    address = (entries[i] as string).trim();
    if (isIP(address) === 0) return null;
    if (!proxies.contains(address)) return address;
  }
  return address;
}

/** The address that `x-forwarded-for` names first, as it stands there. */
export function firstEntry(value: string): string {
  const comma = value.indexOf(",");
  return (comma < 0 ? value : value.slice(0, comma)).trim();
}
