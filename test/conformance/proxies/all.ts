import type { Contender } from "./contender.js";
import { haproxy } from "./haproxy.js";
import { nginx } from "./nginx.js";
import { NPM_PEERS } from "./npm-peers.js";
import { sluice } from "./sluice.js";

export const CONTENDERS: readonly Contender[] = [sluice, nginx, haproxy, ...NPM_PEERS];

/** Those with one of the names, or all for none. Throws for a name that there is not. */
export function selectContenders(names: readonly string[]): readonly Contender[] {
  const known = new Map(CONTENDERS.map((contender) => [contender.name.toLowerCase(), contender]));
  const unknown = names.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length > 0)
    throw new Error(`--only: there is no ${unknown.join(", ")}; there are ${[...known.keys()].join(", ")}`);
  return names.length === 0 ? CONTENDERS : names.map((name) => known.get(name.toLowerCase()) as Contender);
}
