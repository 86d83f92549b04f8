import type { Address, IpAddress } from "./address.js";

/**
 * Our own end of a connection: the one of the other end's family, or the first where there is none, so that binding fails
 * and says why. Null where the operating system chooses.
 */
export function sourceFor(sources: readonly IpAddress[], target: Address): IpAddress | null {
  if (target.kind === "pipe") return null;
  const isV6 = target.host.includes(":");
  for (const source of sources) if (source.host.includes(":") === isV6) return source;
  return sources[0] ?? null;
}
