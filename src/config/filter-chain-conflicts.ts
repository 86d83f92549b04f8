import { isIPv4 } from "node:net";
import type { Listener } from "../gen/envoy/config/listener/v3/listener_pb.js";
import type { CidrRange, FilterChainConfig, FilterChainMatch } from "../network/listener-config.js";
import type { ConversionContext } from "./conversion-context.js";

/** Combinations of one listener that are compared; more than any file has that a person could have got wrong. */
const MAX_COMBINATIONS = 10_000;

/**
 * Two filter chains that take the very same connections: which one it would be is nobody's decision, and Envoy refuses
 * it. A chain with several names, ports or ranges stands for each combination of them.
 */
export function checkFilterChainConflicts(
  listener: Listener,
  chains: readonly FilterChainConfig[],
  context: ConversionContext,
): void {
  const taken = new Map<string, number>();
  for (const [index, { match }] of chains.entries()) {
    const first = firstConflict(combinations(match), taken, index);
    if (first === null) continue;
    const message = listener.filterChains[index];
    const other = listener.filterChains[first];
    if (message === undefined || other === undefined) continue;
    const text = `takes the same connections as the filter chain in line ${context.lineOf(other)}`;
    context.error(message, "filterChainMatch", text, "each chain needs a `filter_chain_match` of its own");
  }
}

/** The chain that has one of the combinations already; all others become this chain's. */
function firstConflict(keys: readonly string[], taken: Map<string, number>, index: number): number | null {
  let first: number | null = null;
  for (const key of keys) {
    const other = taken.get(key);
    if (other === undefined && taken.size < MAX_COMBINATIONS) taken.set(key, index);
    else if (other !== undefined && other !== index) first ??= other;
  }
  return first;
}

function combinations(match: FilterChainMatch | null): string[] {
  if (match === null) return combinations(ANY);
  const criteria: (readonly (string | number)[])[] = [
    [match.destinationPort ?? ""],
    match.prefixRanges.map(rangeText),
    match.serverNames,
    [match.transportProtocol],
    match.applicationProtocols,
    match.directSourcePrefixRanges.map(rangeText),
    [match.sourceType],
    match.sourcePrefixRanges.map(rangeText),
    match.sourcePorts,
  ];
  let keys = [""];
  for (const values of criteria) {
    const alternatives = values.length === 0 ? [""] : values;
    if (keys.length * alternatives.length > MAX_COMBINATIONS) return [];
    keys = keys.flatMap((key) => alternatives.map((value) => `${key}|${value}`));
  }
  return keys;
}

const ANY: FilterChainMatch = {
  destinationPort: null,
  prefixRanges: [],
  serverNames: [],
  transportProtocol: "",
  applicationProtocols: [],
  directSourcePrefixRanges: [],
  sourceType: "any",
  sourcePrefixRanges: [],
  sourcePorts: [],
};

/** Bits behind the prefix do not count: 10.1.2.3/8 is 10.0.0.0/8. IPv6 addresses are compared as they are written. */
function rangeText({ addressPrefix, prefixLength }: CidrRange): string {
  if (!isIPv4(addressPrefix)) return `${addressPrefix.toLowerCase()}/${prefixLength}`;
  const bits = addressPrefix.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return `${Math.floor(bits / 2 ** (32 - prefixLength))}/${prefixLength}`;
}
