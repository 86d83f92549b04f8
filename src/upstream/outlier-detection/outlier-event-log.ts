import { type EventSink, timestampJson } from "../event-sink.js";
import type { EjectionType } from "../outlier/outlier-config.js";
import type { WatchedHost } from "./watched-host.js";

/** Names of `envoy.data.cluster.v3.OutlierEjectionType`. */
const TYPE_NAMES: { readonly [type in EjectionType]: string } = {
  consecutive_5xx: "CONSECUTIVE_5XX",
  consecutive_gateway_failure: "CONSECUTIVE_GATEWAY_FAILURE",
  consecutive_local_origin_failure: "CONSECUTIVE_LOCAL_ORIGIN_FAILURE",
  success_rate: "SUCCESS_RATE",
  local_origin_success_rate: "SUCCESS_RATE_LOCAL_ORIGIN",
  failure_percentage: "FAILURE_PERCENTAGE",
  failure_percentage_local_origin: "FAILURE_PERCENTAGE_LOCAL_ORIGIN",
};

/** What a rate was compared with, in percent. */
export interface RateEvidence {
  readonly hostSuccessRate: number;
  /** Null where the threshold is a fixed one. */
  readonly cluster: { readonly average: number; readonly ejectionThreshold: number } | null;
}

/** Writes an `envoy.data.cluster.v3.OutlierDetectionEvent` for each ejection and each return, as a line of JSON. */
export class OutlierEventLog {
  private readonly sink: EventSink;
  private readonly clusterName: string;

  constructor(sink: EventSink, clusterName: string) {
    this.sink = sink;
    this.clusterName = clusterName;
  }

  /** @param evidence null for failures in a row */
  logEject(
    host: WatchedHost,
    type: EjectionType,
    enforced: boolean,
    evidence: RateEvidence | null,
    at: EventTime,
  ): void {
    this.write({ type: TYPE_NAMES[type], ...this.common(host, "EJECT", enforced, at), ...evidenceJson(evidence) });
  }

  logUneject(host: WatchedHost, at: EventTime): void {
    // The message has a type whether or not it means something.
    this.write({ type: TYPE_NAMES.consecutive_5xx, ...this.common(host, "UNEJECT", false, at) });
  }

  private common(host: WatchedHost, action: string, enforced: boolean, { wallClockMs, nowMs }: EventTime): object {
    const { lastActionMs } = host;
    const since =
      lastActionMs === null ? {} : { secs_since_last_action: String(Math.floor((nowMs - lastActionMs) / 1000)) };
    return {
      timestamp: timestampJson(wallClockMs),
      ...since,
      cluster_name: this.clusterName,
      upstream_url: host.addressText,
      action,
      num_ejections: host.ejections,
      enforced,
    };
  }

  private write(event: object): void {
    this.sink.write(`${JSON.stringify(event)}\n`);
  }
}

/** When something happened, on both clocks. */
export interface EventTime {
  readonly nowMs: number;
  readonly wallClockMs: number;
}

function evidenceJson(evidence: RateEvidence | null): object {
  if (evidence === null) return { eject_consecutive_event: {} };
  const host = { host_success_rate: Math.floor(evidence.hostSuccessRate) };
  if (evidence.cluster === null) return { eject_failure_percentage_event: host };
  const { average, ejectionThreshold } = evidence.cluster;
  return {
    eject_success_rate_event: {
      ...host,
      cluster_average_success_rate: Math.floor(average),
      cluster_success_rate_ejection_threshold: Math.max(0, Math.floor(ejectionThreshold)),
    },
  };
}
