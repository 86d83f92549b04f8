import type { Metadata } from "../../common/metadata.js";
import type { Address } from "../../network/address.js";
import type { EndpointConfig } from "../cluster-info.js";
import { type EventSink, timestampJson } from "../event-sink.js";
import type { Locality } from "../locality.js";
import type { CheckFailure } from "./check-result.js";

/** What an event says of a host. */
export type EventHost = Pick<EndpointConfig, "address" | "locality" | "metadata">;

/**
 * Writes an `envoy.data.core.v3.HealthCheckEvent` for each change of a host, as a line of JSON with all fields, also
 * those that have their default value.
 */
export class HealthCheckEventLog {
  private readonly sinks: readonly EventSink[];
  private readonly clusterName: string;
  private readonly checkerType: "HTTP" | "TCP";
  private readonly clock: { wallClockMs(): number };

  constructor(
    sinks: readonly EventSink[],
    clusterName: string,
    checkerType: "HTTP" | "TCP",
    clock: { wallClockMs(): number },
  ) {
    this.sinks = sinks;
    this.clusterName = clusterName;
    this.checkerType = checkerType;
    this.clock = clock;
  }

  ejectUnhealthy(host: EventHost, failure: CheckFailure): void {
    this.write(host, { eject_unhealthy_event: { failure_type: failure } });
  }

  addHealthy(host: EventHost, firstCheck: boolean): void {
    this.write(host, { add_healthy_event: { first_check: firstCheck } });
  }

  failed(host: EventHost, failure: CheckFailure, firstCheck: boolean): void {
    this.write(host, { health_check_failure_event: { failure_type: failure, first_check: firstCheck } });
  }

  succeeded(host: EventHost): void {
    this.write(host, { successful_health_check_event: {} });
  }

  degraded(host: EventHost, isDegraded: boolean): void {
    this.write(host, isDegraded ? { degraded_healthy_host: {} } : { no_longer_degraded_host: {} });
  }

  private write({ address, locality, metadata }: EventHost, event: object): void {
    const line = JSON.stringify({
      health_checker_type: this.checkerType,
      host: hostJson(address),
      cluster_name: this.clusterName,
      ...event,
      timestamp: timestampJson(this.clock.wallClockMs()),
      ...metadataJson(metadata),
      locality: localityJson(locality),
    });
    for (const sink of this.sinks) sink.write(`${line}\n`);
  }
}

function hostJson(address: Address): object {
  if (address.kind !== "ip") return { pipe: { path: address.path, mode: 0 } };
  const defaults = { protocol: "TCP", resolver_name: "", ipv4_compat: false };
  return { socket_address: { ...defaults, address: address.host, port_value: address.port } };
}

/** Not of a host that has none. */
function metadataJson(metadata: Metadata): object {
  if (Object.keys(metadata).length === 0) return {};
  return { metadata: { filter_metadata: metadata, typed_filter_metadata: {} } };
}

function localityJson({ region, zone, subZone }: Locality): object {
  return { region, zone, sub_zone: subZone };
}
