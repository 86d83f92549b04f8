import { isIP } from "node:net";
import { isLoopback } from "./address.js";
import { CidrSet } from "./cidr.js";
import type { CidrRange, FilterChainConfig, FilterChainMatch } from "./listener-config.js";

/** What of a plaintext connection filter chains are chosen by. */
export interface ConnectionProperties {
  readonly destinationHost: string;
  readonly destinationPort: number;
  readonly sourceHost: string;
  readonly sourcePort: number;
}

/**
 * One criterion. `specificity` is negative when the chain does not match; of the chains that match, only those with the
 * highest value stay.
 */
type Criterion = (match: FilterChainMatch, properties: ConnectionProperties) => number;

/**
 * Picks the filter chain of a connection as Envoy does: criterion by criterion in a fixed order, each time keeping the
 * chains that match most specifically, never going back (`envoy.config.listener.v3.FilterChainMatch`).
 */
export class FilterChainMatcher {
  private readonly chains: readonly FilterChainConfig[];
  private readonly defaultChain: FilterChainConfig | null;

  constructor(chains: readonly FilterChainConfig[], defaultChain: FilterChainConfig | null) {
    this.chains = chains;
    this.defaultChain = defaultChain;
  }

  /** The chain that takes the connection, null when none does. */
  match(properties: ConnectionProperties): FilterChainConfig | null {
    const only = this.chains[0];
    if (this.chains.length === 1 && only !== undefined && only.match === null) return only;
    let candidates = this.chains;
    for (const criterion of CRITERIA) {
      candidates = mostSpecific(candidates, criterion, properties);
      if (candidates.length === 0) return this.defaultChain;
    }
    return candidates[0] ?? this.defaultChain;
  }
}

function mostSpecific(
  chains: readonly FilterChainConfig[],
  criterion: Criterion,
  properties: ConnectionProperties,
): readonly FilterChainConfig[] {
  let best = -1;
  let kept: FilterChainConfig[] = [];
  for (const chain of chains) {
    const specificity = chain.match === null ? 0 : criterion(chain.match, properties);
    if (specificity < 0 || specificity < best) continue;
    if (specificity > best) kept = [];
    best = specificity;
    kept.push(chain);
  }
  return kept;
}

const CRITERIA: readonly Criterion[] = [
  (match, properties) => {
    if (match.destinationPort === null) return 0;
    return match.destinationPort === properties.destinationPort ? 1 : -1;
  },
  (match, properties) => longestPrefix(match.prefixRanges, properties.destinationHost),
  // Without TLS there is no server name and no ALPN: only chains that ask for neither can match.
  (match) => (match.serverNames.length === 0 ? 0 : -1),
  (match) => {
    if (match.transportProtocol === "") return 0;
    return match.transportProtocol === "raw_buffer" ? 1 : -1;
  },
  (match) => (match.applicationProtocols.length === 0 ? 0 : -1),
  (match, properties) => longestPrefix(match.directSourcePrefixRanges, properties.sourceHost),
  (match, properties) => {
    if (match.sourceType === "any") return 0;
    const local = properties.sourceHost === properties.destinationHost || isLoopback(properties.sourceHost);
    return local === (match.sourceType === "sameIpOrLoopback") ? 1 : -1;
  },
  (match, properties) => longestPrefix(match.sourcePrefixRanges, properties.sourceHost),
  (match, properties) => {
    if (match.sourcePorts.length === 0) return 0;
    return match.sourcePorts.includes(properties.sourcePort) ? 1 : -1;
  },
];

function longestPrefix(ranges: readonly CidrRange[], host: string): number {
  if (ranges.length === 0) return 0;
  let longest = -1;
  for (const range of ranges) {
    if (isIP(range.addressPrefix) !== isIP(host) || range.prefixLength < longest) continue;
    // One more than its length, so that /0 is still more specific than no criterion.
    if (new CidrSet([range]).contains(host)) longest = range.prefixLength + 1;
  }
  return longest;
}
