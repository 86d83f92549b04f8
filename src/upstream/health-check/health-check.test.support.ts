import assert from "node:assert/strict";
import type { SimulatedPeer } from "../../../test/support/simulated-peer.js";
import { RouterRun, type RouterRunOptions } from "../../http/filters/router/router.test.support.js";

export const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
export const HTTP_CHECK = { path: "/health" };

/** A proxy whose cluster has a health check. */
export interface CheckRunOptions extends RouterRunOptions {
  /** Fields of the check, over those that it must have. */
  readonly check: object;
}

/** A proxy whose cluster's hosts are checked. Nothing has happened yet. */
export class CheckRun extends RouterRun {
  constructor({ check, ...options }: CheckRunOptions) {
    const required = { timeout: "1s", interval: "2s", healthy_threshold: 2, unhealthy_threshold: 2 };
    const always = { no_traffic_interval: "2s", event_logger: [EVENT_FILE] };
    super({ ...options, cluster: { health_checks: [{ ...required, ...always, ...check }], ...options.cluster } });
  }

  /** The connection of a host's checks: its first, as nobody has sent a request yet. */
  checked(host = 0, index = 0): SimulatedPeer {
    return this.origin(index, host);
  }

  /** The check that is under way; answers it. */
  answer(response = OK, host = 0, index = 0): string {
    const peer = this.checked(host, index);
    const request = peer.takeReceived();
    assert.notEqual(request, "", "no check is under way");
    this.respond(response, peer);
    return request;
  }

  get healthy(): number {
    return this.clusterStat("membership_healthy");
  }

  /** Of the first host. */
  get flags(): number {
    return this.cluster.prioritySet.hosts[0]?.healthFlags ?? 0;
  }

  checkStat(name: string): number {
    return this.clusterStat(`health_check.${name}`);
  }

  /** The events so far, without what is the same in all. */
  events(): object[] {
    return this.proxy.events.map((line) => {
      const { timestamp, host, cluster_name, health_checker_type, locality, ...event } = JSON.parse(line) as Record<
        string,
        object
      >;
      return event;
    });
  }
}

export const EVENT_FILE = {
  name: "file",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink",
    event_log_path: "/dev/null",
  },
};

/** An HTTP check that has been sent. @param fields of the check */
export function httpRun(fields: object = {}, more: Partial<CheckRunOptions> = {}): CheckRun {
  const run = new CheckRun({ check: { http_health_check: { ...HTTP_CHECK, ...fields }, ...more.check }, ...more });
  run.runFor(100);
  return run;
}
