/** Response flags (`%RESPONSE_FLAGS%`), in Envoy's order: short name, long name. */
const FLAG_NAMES = [
  ["LH", "FailedLocalHealthCheck"],
  ["UH", "NoHealthyUpstream"],
  ["UT", "UpstreamRequestTimeout"],
  ["LR", "LocalReset"],
  ["UR", "UpstreamRemoteReset"],
  ["UF", "UpstreamConnectionFailure"],
  ["UC", "UpstreamConnectionTermination"],
  ["UO", "UpstreamOverflow"],
  ["NR", "NoRouteFound"],
  ["DI", "DelayInjected"],
  ["FI", "FaultInjected"],
  ["RL", "RateLimited"],
  ["UAEX", "UnauthorizedExternalService"],
  ["RLSE", "RateLimitServiceError"],
  ["DC", "DownstreamConnectionTermination"],
  ["URX", "UpstreamRetryLimitExceeded"],
  ["SI", "StreamIdleTimeout"],
  ["IH", "InvalidEnvoyRequestHeaders"],
  ["DPE", "DownstreamProtocolError"],
  ["UMSDR", "UpstreamMaxStreamDurationReached"],
  ["RFCF", "ResponseFromCacheFilter"],
  ["NFCF", "NoFilterConfigFound"],
  ["DT", "DurationTimeout"],
  ["UPE", "UpstreamProtocolError"],
  ["NC", "NoClusterFound"],
  ["OM", "OverloadManagerTerminated"],
  ["DF", "DnsResolutionFailed"],
  ["DO", "DropOverload"],
  ["DR", "DownstreamRemoteReset"],
  ["UDO", "UnconditionalDropOverload"],
] as const;

export type ResponseFlag = (typeof FLAG_NAMES)[number][0];

/** A set of response flags as one integer: bit n is the n-th flag. */
export type ResponseFlags = number;

const BITS = new Map<string, number>(FLAG_NAMES.map(([short], index) => [short, 1 << index]));

/** The bit of one flag. */
export function responseFlagBit(flag: ResponseFlag): ResponseFlags {
  return BITS.get(flag) as number;
}

/** True for a name that `%RESPONSE_FLAGS%` can print. */
export function isResponseFlag(name: string): name is ResponseFlag {
  return BITS.has(name);
}

/** The flags' short names, comma-joined; `-` when there are none. */
export function responseFlagsText(flags: ResponseFlags): string {
  return namesOf(flags, 0);
}

/** The flags' long names, comma-joined; `-` when there are none. */
export function responseFlagsLongText(flags: ResponseFlags): string {
  return namesOf(flags, 1);
}

function namesOf(flags: ResponseFlags, column: 0 | 1): string {
  if (flags === 0) return "-";
  const names: string[] = [];
  for (let i = 0; i < FLAG_NAMES.length; i++) {
    if ((flags & (1 << i)) !== 0) names.push((FLAG_NAMES[i] as readonly [string, string])[column]);
  }
  return names.join(",");
}
