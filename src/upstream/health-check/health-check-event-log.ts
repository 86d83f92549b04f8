import type { Address } from "../../network/address.js";
import type { EventSink } from "../event-sink.js";
import type { CheckFailure } from "./check-result.js";

/** Writes an `envoy.data.core.v3.HealthCheckEvent` for each change of a host, as a line of JSON. */
export class HealthCheckEventLog {
  private readonly sink: EventSink;
  private readonly clusterName: string;
  private readonly checkerType: "HTTP" | "TCP";
  private readonly clock: { wallClockMs(): number };

  constructor(sink: EventSink, clusterName: string, checkerType: "HTTP" | "TCP", clock: { wallClockMs(): number }) {
    this.sink = sink;
    this.clusterName = clusterName;
    this.checkerType = checkerType;
    this.clock = clock;
  }

  ejectUnhealthy(address: Address, failure: CheckFailure): void {
    this.write(address, { eject_unhealthy_event: { failure_type: failure } });
  }

  addHealthy(address: Address, firstCheck: boolean): void {
    this.write(address, { add_healthy_event: { first_check: firstCheck } });
  }

  failed(address: Address, failure: CheckFailure, firstCheck: boolean): void {
    this.write(address, { health_check_failure_event: { failure_type: failure, first_check: firstCheck } });
  }

  succeeded(address: Address): void {
    this.write(address, { successful_health_check_event: {} });
  }

  degraded(address: Address, isDegraded: boolean): void {
    this.write(address, isDegraded ? { degraded_healthy_host: {} } : { no_longer_degraded_host: {} });
  }

  private write(address: Address, event: object): void {
    const common = {
      health_checker_type: this.checkerType,
      host: hostJson(address),
      cluster_name: this.clusterName,
    };
    const timestamp = new Date(this.clock.wallClockMs()).toISOString();
    this.sink.write(`${JSON.stringify({ ...common, ...event, timestamp })}\n`);
  }
}

function hostJson(address: Address): object {
  if (address.kind !== "ip") return { pipe: { path: address.path } };
  // With fields that have their default value, as Envoy writes them.
  const defaults = { protocol: "TCP", resolver_name: "", ipv4_compat: false };
  return { socket_address: { ...defaults, address: address.host, port_value: address.port } };
}
