import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type http from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startNodeOrigin } from "../support/node-origin.js";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { SluiceProcess, temporaryDirectory } from "../support/sluice-process.js";
import { until } from "../support/until.js";

/*
 * What `/clusters`, `/stats` and the logs of events say of hosts that fail and come back, on real sockets, with the
 * checks on the main thread and the requests in workers. What depends on exact times is in virtual time.
 */

const EVENT_SINK = "type.googleapis.com/envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink";
const GET = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/** An origin whose behaviour changes while it runs. */
class Origin {
  port = 0;
  checkStatus = 200;
  status = 200;
  headers: http.OutgoingHttpHeaders = {};

  static async start(t: TestContext): Promise<Origin> {
    const origin = new Origin();
    origin.port = await startNodeOrigin(t, ({ url }, response) => {
      if (url === "/health") response.writeHead(origin.checkStatus).end();
      else response.writeHead(origin.status, origin.headers).end();
    });
    return origin;
  }
}

class HealthRun {
  readonly sluice: SluiceProcess;
  readonly origins: readonly Origin[];
  private readonly t: TestContext;
  private readonly directory: string;

  private constructor(t: TestContext, sluice: SluiceProcess, origins: readonly Origin[], directory: string) {
    this.t = t;
    this.sluice = sluice;
    this.origins = origins;
    this.directory = directory;
  }

  /** @param check fields of the health check, over the usual ones */
  static async start(t: TestContext, concurrency: string, cluster: object, check: object = {}): Promise<HealthRun> {
    const directory = temporaryDirectory(t);
    const origins = [await Origin.start(t), await Origin.start(t)];
    const sink = { "@type": EVENT_SINK, event_log_path: join(directory, "health") };
    const required = { timeout: "5s", interval: "0.05s", no_traffic_interval: "0.05s", unhealthy_threshold: 2 };
    const http_health_check = { path: "/health" };
    const event_logger = [{ name: "file", typed_config: sink }];
    const checks = [{ ...required, healthy_threshold: 2, http_health_check, event_logger, ...check }];
    const outlier_detection = { event_log_path: join(directory, "outlier") };
    const config = proxyConfig({
      upstreamPorts: origins.map(({ port }) => port),
      cluster: { health_checks: checks, ...cluster },
      bootstrap: { cluster_manager: { outlier_detection } },
    });
    const args = ["--concurrency", concurrency, "--file-flush-interval-msec", "10"];
    return new HealthRun(t, await SluiceProcess.start(t, config, args), origins, directory);
  }

  async get(): Promise<void> {
    const client = await RawClient.connect(this.t, this.sluice.port);
    client.send(GET);
    await client.response();
  }

  /** What `/clusters` says of a host, once it is that. */
  async expectFlags(host: number, flags: string): Promise<void> {
    const line = `upstream::127.0.0.1:${this.origins[host]?.port}::health_flags::${flags}\n`;
    await until(line, async () => (await this.sluice.admin("/clusters")).body.includes(line));
  }

  async expectStats(wanted: Readonly<Record<string, number>>): Promise<void> {
    await until(JSON.stringify(wanted), async () => {
      const stats = await this.sluice.stats();
      return Object.entries(wanted).every(([name, value]) => stats.get(`cluster.upstream.${name}`) === value);
    });
  }

  /** Events of a host so far, the part that says what happened. */
  async expectEvents(log: "health" | "outlier", host: number, expected: readonly string[]): Promise<void> {
    const port = `:${this.origins[host]?.port}"`;
    const json = `"port_value":${this.origins[host]?.port}`;
    await until(`${log}: ${expected}`, async () => {
      const lines = readFileSync(join(this.directory, log), "utf8").trimEnd().split("\n");
      const own = lines.filter((line) => line.includes(port) || line.includes(json));
      const names = own.map((line) => eventName(JSON.parse(line) as Record<string, unknown>));
      return names.join() === expected.join();
    });
  }
}

function eventName(event: Record<string, unknown>): string {
  return (event.action as string | undefined) ?? Object.keys(event).find((key) => /event$|_host$/.test(key)) ?? "";
}

for (const concurrency of ["1", "2"]) {
  test(`checks are seen by all: /clusters, stats and events, concurrency ${concurrency}`, async (t) => {
    const run = await HealthRun.start(t, concurrency, {});
    const [first] = run.origins as [Origin, Origin];
    await run.expectFlags(0, "healthy");
    await run.expectStats({
      membership_healthy: 2,
      "health_check.healthy": 2,
      upstream_cx_total: 0,
      update_attempt: 0,
    });
    first.checkStatus = 503;
    await run.expectFlags(0, "/failed_active_hc");
    await run.expectStats({ membership_healthy: 1, "health_check.healthy": 1, membership_total: 2 });
    for (let i = 0; i < 8; i++) await run.get();
    const { body } = await run.sluice.admin("/clusters");
    assert.match(body, new RegExp(`:${run.origins[0]?.port}::rq_total::0\n`));
    assert.match(body, new RegExp(`:${run.origins[1]?.port}::rq_total::8\n`));
    assert.match(body, new RegExp(`:${run.origins[1]?.port}::rq_success::8\n`));
    first.checkStatus = 200;
    await run.expectFlags(0, "healthy");
    await run.expectEvents("health", 0, ["add_healthy_event", "eject_unhealthy_event", "add_healthy_event"]);
  });

  test(`what requests say of hosts is seen by all, concurrency ${concurrency}`, async (t) => {
    const detection = { consecutive_5xx: 3, max_ejection_percent: 50, base_ejection_time: "60s" };
    const never = { successful_active_health_check_uneject_host: false, detect_degraded_hosts: true };
    // No host that has failed comes back by its checks.
    const forever = { healthy_threshold: 1_000_000 };
    const run = await HealthRun.start(t, concurrency, { outlier_detection: { ...detection, ...never } }, forever);
    const [first, second] = run.origins as [Origin, Origin];
    await run.expectStats({ membership_healthy: 2 });
    first.status = 500;
    for (let i = 0; i < 8; i++) await run.get();
    await run.expectFlags(0, "/failed_outlier_check");
    await run.expectStats({
      membership_healthy: 1,
      "outlier_detection.ejections_active": 1,
      "outlier_detection.ejections_enforced_consecutive_5xx": 1,
    });
    await run.expectEvents("outlier", 0, ["EJECT"]);
    second.headers = { "x-envoy-degraded": "true" };
    await run.get();
    await run.expectFlags(1, "/degraded_outlier_detection");
    await run.expectStats({ membership_healthy: 0, membership_degraded: 1 });
    second.headers = { "x-envoy-immediate-health-check-fail": "true" };
    await run.get();
    await run.expectFlags(1, "/failed_active_hc/excluded_via_immediate_hc_fail/degraded_outlier_detection");
    await run.expectStats({ membership_excluded: 1, "health_check.passive_failure": 1 });
  });
}
