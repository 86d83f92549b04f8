/** Reasons why a host is not what it should be, as bits (Envoy's `Host::HealthFlag`). */
export const HealthFlags = {
  failedActiveHealthCheck: 0x1,
  failedOutlierCheck: 0x2,
  failedEdsHealth: 0x4,
  degradedActiveHealthCheck: 0x8,
  degradedEdsHealth: 0x10,
  pendingDynamicRemoval: 0x20,
  pendingActiveHealthCheck: 0x40,
  excludedViaImmediateHealthCheckFail: 0x80,
  activeHealthCheckTimeout: 0x100,
  edsStatusDraining: 0x200,
  degradedOutlierDetection: 0x400,
} as const;

/** `envoy.config.core.v3.HealthStatus` as configured for an endpoint. */
export type EndpointHealth = "unknown" | "healthy" | "unhealthy" | "draining" | "timeout" | "degraded";

/** Whether a host gets requests: all it can take, only what healthy hosts cannot take, or none but in panic. */
export type HostHealth = "healthy" | "degraded" | "unhealthy";

const UNHEALTHY =
  HealthFlags.failedActiveHealthCheck |
  HealthFlags.failedOutlierCheck |
  HealthFlags.failedEdsHealth |
  HealthFlags.edsStatusDraining;
const DEGRADED =
  HealthFlags.degradedActiveHealthCheck | HealthFlags.degradedEdsHealth | HealthFlags.degradedOutlierDetection;
/** Hosts that do not count at all when the health of a priority is measured. */
const EXCLUDED =
  HealthFlags.excludedViaImmediateHealthCheckFail |
  HealthFlags.pendingActiveHealthCheck |
  HealthFlags.edsStatusDraining;

/**
 * What a host is whose health is checked and not known yet: it gets requests in panic only.
 * @param ignored it does not count when the health of its priority is measured (`ignore_new_hosts_until_first_hc`)
 */
export function uncheckedFlags(ignored: boolean): number {
  return HealthFlags.failedActiveHealthCheck | (ignored ? HealthFlags.pendingActiveHealthCheck : 0);
}

/** The flags that configuration alone decides. */
export const EDS_FLAGS = HealthFlags.failedEdsHealth | HealthFlags.degradedEdsHealth | HealthFlags.edsStatusDraining;

export function healthOf(flags: number): HostHealth {
  if ((flags & UNHEALTHY) !== 0) return "unhealthy";
  return (flags & DEGRADED) !== 0 ? "degraded" : "healthy";
}

export function isExcluded(flags: number): boolean {
  return (flags & EXCLUDED) !== 0;
}

/** UNKNOWN counts as healthy, TIMEOUT as unhealthy. */
export function edsFlags(health: EndpointHealth): number {
  switch (health) {
    case "unknown":
    case "healthy":
      return 0;
    case "unhealthy":
    case "timeout":
      return HealthFlags.failedEdsHealth;
    case "draining":
      return HealthFlags.edsStatusDraining;
    case "degraded":
      return HealthFlags.degradedEdsHealth;
  }
}

/**
 * The status of a host in the words of configuration, from all that is known: UNHEALTHY also when a health check says so.
 */
export function statusOf(host: {
  readonly health: HostHealth;
  readonly configuredHealth: EndpointHealth;
}): EndpointHealth {
  const { health, configuredHealth } = host;
  if (health === "unhealthy")
    return edsFlags(configuredHealth) === 0 || configuredHealth === "degraded" ? "unhealthy" : configuredHealth;
  if (health === "degraded") return "degraded";
  return configuredHealth === "unknown" ? "unknown" : "healthy";
}

/** What the main thread found out about the hosts at one address. */
export interface HostHealthChange {
  /** `addressText` of the hosts. */
  readonly address: string;
  /** The flags that this is about. */
  readonly mask: number;
  /** Those of them that hold from now on. */
  readonly flags: number;
}
