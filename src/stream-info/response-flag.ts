/** Response flags (`%RESPONSE_FLAGS%`) as Envoy numbers them: short name, long name. */
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

/**
 * Flags in the order in which they were set, as one integer: a digit for each, the last one lowest, 0 for none. The first
 * ten, which is more than a stream ever has.
 */
export type FlagSequence = number;

/** More than there are flags. */
const SEQUENCE_BASE = 32;
const MAX_SEQUENCE = SEQUENCE_BASE ** 9;

/** @param bit of one flag that is not in the sequence */
export function withFlag(sequence: FlagSequence, bit: ResponseFlags): FlagSequence {
  return sequence >= MAX_SEQUENCE ? sequence : sequence * SEQUENCE_BASE + SEQUENCE_BASE - Math.clz32(bit);
}

/** The flags' short names, comma-joined; `-` when there are none. */
export function responseFlagsText(sequence: FlagSequence): string {
  return namesOf(sequence, 0);
}

/** The flags' long names, comma-joined; `-` when there are none. */
export function responseFlagsLongText(sequence: FlagSequence): string {
  return namesOf(sequence, 1);
}

function namesOf(sequence: FlagSequence, column: 0 | 1): string {
  if (sequence === 0) return "-";
  let names = "";
  for (let left = sequence; left > 0; left = Math.floor(left / SEQUENCE_BASE)) {
    const name = (FLAG_NAMES[(left % SEQUENCE_BASE) - 1] as readonly [string, string])[column];
    names = names === "" ? name : `${name},${names}`;
  }
  return names;
}
