import type { StringMatcherConfig } from "../matching/string-matcher-config.js";
import type { Address } from "../network/address.js";

/** `envoy.config.core.v3.HealthCheck` as plain data. */
export interface HealthCheckConfig {
  /** From the connect to the last byte that is waited for. */
  readonly timeoutMs: number;
  readonly intervals: HealthCheckIntervals;
  /** Successes in a row that make an unhealthy host healthy. */
  readonly healthyThreshold: number;
  /** Failures in a row that make a healthy host unhealthy. */
  readonly unhealthyThreshold: number;
  /** In place of the endpoint's port; 0 for none. */
  readonly altPort: number;
  readonly reuseConnection: boolean;
  /** Where events are written. */
  readonly eventLogPaths: readonly string[];
  readonly logsAllFailures: boolean;
  readonly logsAllSuccesses: boolean;
  readonly check: HttpCheckConfig | TcpCheckConfig;
}

/** Milliseconds from the end of a check to the next one. */
export interface HealthCheckIntervals {
  readonly normalMs: number;
  /** Before the very first check, a random time up to this. */
  readonly initialJitterMs: number;
  readonly jitterMs: number;
  /** Of the interval, 0 to 100. */
  readonly jitterPercent: number;
  /** As long as the cluster has had no traffic. */
  readonly noTrafficMs: number;
  readonly noTrafficHealthyMs: number;
  readonly unhealthyMs: number;
  /** While a healthy host is becoming unhealthy, and the reverse. */
  readonly unhealthyEdgeMs: number;
  readonly healthyEdgeMs: number;
  /** Limits of what comes of all that. */
  readonly minMs: number;
  readonly maxMs: number;
}

/** `HttpHealthCheck`. Status ranges include their start and not their end. */
export interface HttpCheckConfig {
  readonly kind: "http";
  readonly method: string;
  readonly path: string;
  /** Where the endpoint names no host of its own; empty for the cluster's name. */
  readonly host: string;
  /** Added once the others are removed. */
  readonly headersToAdd: readonly CheckHeaderConfig[];
  /** Lower case. */
  readonly headersToRemove: readonly string[];
  readonly expectedStatuses: readonly StatusRange[];
  readonly retriableStatuses: readonly StatusRange[];
  /** Of `x-envoy-upstream-healthchecked-cluster`; null for any. */
  readonly serviceName: StringMatcherConfig | null;
  /** Of the checks, 0 to 100, look at that name. */
  readonly verifyPercent: number;
  /** The request's body, bytes as latin1; empty for none. */
  readonly send: string;
  /** Bytes (latin1) that the body must hold, in this order. */
  readonly receive: readonly string[];
  /** How much of the body is looked at; 0 for all of it. */
  readonly responseBufferBytes: number;
}

/** A field that is added to requests (`HeaderValueOption`); the same as anywhere else where fields are added. */
export interface CheckHeaderConfig {
  /** Lower case. */
  readonly name: string;
  /** Text with command operators, which speak of the host as that of the request. */
  readonly value: string;
  readonly action: "append" | "addIfAbsent" | "overwriteOrAdd" | "overwriteIfExists";
  readonly keepEmptyValue: boolean;
}

export interface StatusRange {
  readonly start: number;
  readonly end: number;
}

/** `TcpHealthCheck`: bytes as latin1. */
export interface TcpCheckConfig {
  readonly kind: "tcp";
  /** Empty to send nothing. */
  readonly send: string;
  /** What must come, in this order, with anything between. Without any, a connection is enough. */
  readonly receive: readonly string[];
}

/** `Endpoint.health_check_config`. */
export interface EndpointHealthCheck {
  /** Checked in place of the endpoint's address; null for that. */
  readonly address: Address | null;
  /** Goes before the port of that address; 0 for that, or the check's own. */
  readonly port: number;
  /** Goes before the check's own `host`; empty for none. */
  readonly hostname: string;
  readonly disabled: boolean;
}
