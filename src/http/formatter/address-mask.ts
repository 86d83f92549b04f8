import { isIPv4, isIPv6 } from "node:net";

/** The network of an IP address in CIDR notation, such as `10.1.0.0/16`; null when it is none or has fewer bits. */
export function maskAddress(host: string, prefixLength: number): string | null {
  if (isIPv4(host)) return prefixLength > 32 ? null : `${maskIpv4(host, prefixLength)}/${prefixLength}`;
  if (isIPv6(host)) return `${ipv6Text(maskGroups(ipv6Groups(host), prefixLength))}/${prefixLength}`;
  return null;
}

/** The interface of a link-local address, as in `fe80::1%eth0`. */
const ZONE = /%.*$/;

function maskIpv4(host: string, prefixLength: number): string {
  const octets = host.split(".").map(Number);
  return octets.map((octet, i) => octet & keptBits(prefixLength - i * 8, 8)).join(".");
}

function maskGroups(groups: readonly number[], prefixLength: number): number[] {
  return groups.map((group, i) => group & keptBits(prefixLength - i * 16, 16));
}

/** The mask of one piece of `width` bits of which the first `kept` stay. */
function keptBits(kept: number, width: number): number {
  if (kept <= 0) return 0;
  return kept >= width ? (1 << width) - 1 : ((1 << kept) - 1) << (width - kept);
}

function ipv6Groups(host: string): number[] {
  const [front = "", back] = host.replace(ZONE, "").split("::");
  const head = groupsOf(front);
  if (back === undefined) return head;
  const tail = groupsOf(back);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((piece) => {
    if (!piece.includes(".")) return [Number.parseInt(piece, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = piece.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** RFC 5952: lower case, the longest run of two or more zero groups as `::`. */
function ipv6Text(groups: readonly number[]): string {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    if (end > i) i = end;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.length < 2) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}
