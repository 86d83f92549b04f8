import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { HealthFlags, type HostHealthChange } from "../host-health.js";
import { HostOutlierMonitor, type LocalOriginResult } from "../outlier/host-outlier-monitor.js";
import { OUTLIER_BOARD_BYTES, OutlierBoard } from "../outlier/outlier-board.js";
import type { OutlierDetectionConfig } from "../outlier/outlier-config.js";
import { outlierConfig } from "./outlier.test.support.js";
import { OutlierDetector } from "./outlier-detector.js";
import { OutlierEventLog } from "./outlier-event-log.js";
import { OutlierStats } from "./outlier-stats.js";
import { successRateThreshold } from "./success-rate.js";

class DetectorRun {
  readonly dispatcher = new SimulatedDispatcher();
  readonly stats = new RecordedStats();
  readonly events: Record<string, unknown>[] = [];
  readonly ejected = new Set<string>();
  readonly degraded = new Set<string>();
  readonly detector: OutlierDetector;
  private readonly monitors: readonly HostOutlierMonitor[];

  constructor(hosts: number, overrides: Partial<OutlierDetectionConfig> = {}) {
    const config = outlierConfig(overrides);
    const memory = new SharedArrayBuffer(OUTLIER_BOARD_BYTES);
    const sink = { write: (line: string) => void this.events.push(JSON.parse(line) as Record<string, unknown>) };
    this.detector = new OutlierDetector("c", config, memory, {
      dispatcher: this.dispatcher,
      random: new SeededRandom(1),
      stats: new OutlierStats(this.stats.root.scope("cluster.c")),
      receiver: { onHostHealth: (_, changes) => this.onHostHealth(changes) },
      events: new OutlierEventLog(sink, "c"),
    });
    const addresses = Array.from({ length: hosts }, (_, index) => address(index));
    this.detector.setHosts(addresses);
    const board = new OutlierBoard(memory);
    this.monitors = addresses.map((text) => new HostOutlierMonitor(text, config, board, this.detector));
  }

  private onHostHealth(changes: readonly HostHealthChange[]): void {
    for (const { address: text, flags } of changes) {
      put(this.ejected, text, (flags & HealthFlags.failedOutlierCheck) !== 0);
      put(this.degraded, text, (flags & HealthFlags.degradedOutlierDetection) !== 0);
    }
  }

  /** So many responses of a host. */
  respond(host: number, status: number, count: number): void {
    for (let i = 0; i < count; i++) this.monitors[host]?.putResponse(status);
  }

  /** Something happens before, or in place of, an answer of a host. */
  connect(host: number, result: LocalOriginResult): void {
    this.monitors[host]?.putLocalOrigin(result);
  }

  /** Passes at least this time, and the interval that ends in it. */
  pass(ms: number): void {
    this.dispatcher.runFor(ms + 200);
  }

  stat(name: string): number {
    return this.stats.value(`cluster.c.outlier_detection.${name}`);
  }
}

function put(set: Set<string>, text: string, isIn: boolean): void {
  if (isIn) set.add(text);
  else set.delete(text);
}

function address(index: number): string {
  return `10.0.0.${index + 1}:80`;
}

/** Has the first host ejected, and waits for it to come back. */
function ejectionSeconds(run: DetectorRun): number {
  run.respond(0, 500, 5);
  let seconds = 0;
  for (; run.ejected.size > 0; seconds++) run.dispatcher.runFor(1_000);
  return seconds;
}

/** A host comes back when an interval ends. */
function assertAbout(seconds: number, expected: number): void {
  assert.ok(seconds >= expected && seconds <= expected + 11, `${seconds} s`);
}

describe("consecutive failures", () => {
  test("eject a host at once, and it comes back after its time", () => {
    const run = new DetectorRun(10);
    run.respond(3, 500, 5);
    assert.deepEqual([...run.ejected], [address(3)]);
    assert.deepEqual([run.stat("ejections_active"), run.stat("ejections_enforced_consecutive_5xx")], [1, 1]);
    run.pass(20_000);
    assert.equal(run.ejected.size, 1);
    run.pass(10_000);
    assert.equal(run.ejected.size, 0);
    assert.equal(run.stat("ejections_active"), 0);
    assert.deepEqual(
      run.events.map(({ action, type, num_ejections, enforced }) => [action, type, num_ejections, enforced]),
      [
        ["EJECT", "CONSECUTIVE_5XX", 1, true],
        ["UNEJECT", "CONSECUTIVE_5XX", 1, false],
      ],
    );
    assert.deepEqual(run.events[0]?.eject_consecutive_event, {});
    assert.equal(run.events[0]?.upstream_url, address(3));
    assert.equal(run.events[1]?.secs_since_last_action, "30");
  });

  test("each further ejection lasts longer, and good behaviour shortens it again", () => {
    const run = new DetectorRun(10);
    for (const seconds of [30, 60, 90]) assertAbout(ejectionSeconds(run), seconds);
    // Intervals without an ejection take back one each.
    run.pass(40_000);
    assertAbout(ejectionSeconds(run), 30);
  });

  test("an interval without an ejection is one that a host has been back for", () => {
    const run = new DetectorRun(10);
    for (const seconds of [30, 60]) assertAbout(ejectionSeconds(run), seconds);
    // Back since a moment ago: the end of this interval forgives nothing.
    run.pass(9_000);
    assertAbout(ejectionSeconds(run), 90);
  });

  test("who is found out again by its rate is not forgiven in the same moment", () => {
    const run = new DetectorRun(10, { maxEjectionPercent: 100 });
    assertAbout(ejectionSeconds(run), 30);
    for (let host = 0; host < 10; host++) run.respond(host, 200, 96);
    for (let host = 0; host < 10; host++) {
      for (let i = 0; i < 4; i++) {
        run.respond(host, host === 0 ? 500 : 200, 1);
        run.respond(host, 200, 1);
      }
    }
    let seconds = 0;
    while (run.ejected.size === 0) run.dispatcher.runFor(1_000);
    for (; run.ejected.size > 0; seconds++) run.dispatcher.runFor(1_000);
    assertAbout(seconds, 60);
  });

  test("max_ejection_time_jitter keeps a host out for a little longer, each for another time", () => {
    const run = new DetectorRun(40, { maxEjectionPercent: 100, maxEjectionTimeJitterMs: 60_000, intervalMs: 1_000 });
    for (let host = 0; host < 40; host++) run.respond(host, 500, 5);
    run.pass(29_000);
    assert.equal(run.ejected.size, 40);
    run.pass(30_000);
    assert.ok(run.ejected.size > 8 && run.ejected.size < 32, `${run.ejected.size}`);
    run.pass(32_000);
    assert.equal(run.ejected.size, 0);
  });

  test("no ejection is longer than it may be", () => {
    const run = new DetectorRun(10, { baseEjectionTimeMs: 30_000, maxEjectionTimeMs: 30_000 });
    for (let i = 0; i < 3; i++) assertAbout(ejectionSeconds(run), 30);
  });

  test("with fewer than ten hosts, ten percent is none", () => {
    const run = new DetectorRun(9);
    run.respond(0, 500, 5);
    assert.equal(run.ejected.size, 0);
    assert.equal(run.stat("ejections_overflow"), 1);
    assert.equal(run.stat("ejections_detected_consecutive_5xx"), 1);
  });

  test("always_eject_one_host: one in any case", () => {
    const run = new DetectorRun(2, { alwaysEjectOneHost: true });
    run.respond(0, 500, 5);
    run.respond(1, 500, 5);
    assert.deepEqual([...run.ejected], [address(0)]);
  });

  test("max_ejection_percent", () => {
    const run = new DetectorRun(4, { maxEjectionPercent: 50 });
    for (const host of [0, 1, 2]) run.respond(host, 500, 5);
    assert.deepEqual([...run.ejected], [address(0), address(1)]);
  });

  test("gateway failures are found and, by default, not enforced", () => {
    const run = new DetectorRun(10, { consecutive5xx: 100 });
    run.respond(0, 503, 5);
    assert.equal(run.ejected.size, 0);
    assert.equal(run.stat("ejections_detected_consecutive_gateway_failure"), 1);
    assert.deepEqual([run.events[0]?.type, run.events[0]?.enforced], ["CONSECUTIVE_GATEWAY_FAILURE", false]);
  });

  test("enforcing percent, by chance", () => {
    const enforcing = { ...outlierConfig().enforcing, consecutive_5xx: 50 };
    const run = new DetectorRun(200, { enforcing, maxEjectionPercent: 100 });
    for (let host = 0; host < 200; host++) run.respond(host, 500, 5);
    assert.ok(run.ejected.size > 75 && run.ejected.size < 125, `${run.ejected.size}`);
  });
});

describe("rates of an interval", () => {
  test("success_rate: what stands out below the others", () => {
    const run = new DetectorRun(10, { maxEjectionPercent: 100 });
    for (let host = 0; host < 10; host++) {
      run.respond(host, 200, 100);
      for (let i = 0; i < (host === 7 ? 25 : 2); i++) {
        run.respond(host, 500, 1);
        run.respond(host, 200, 1);
      }
    }
    run.pass(10_000);
    assert.deepEqual([...run.ejected], [address(7)]);
    assert.equal(run.stat("ejections_enforced_success_rate"), 1);
    const event = run.events[0]?.eject_success_rate_event as Record<string, number>;
    assert.equal(event.host_success_rate, 83);
    assert.equal(event.cluster_average_success_rate, 96);
    assert.ok((event.cluster_success_rate_ejection_threshold ?? 0) > 83);
    assert.ok((run.detector.successRates.external?.average ?? 0) > 96);
  });

  test("nothing is concluded from too few hosts or requests", () => {
    const few = new DetectorRun(4, { maxEjectionPercent: 100 });
    const quiet = new DetectorRun(10, { maxEjectionPercent: 100 });
    for (let host = 0; host < 10; host++) {
      if (host < 4) few.respond(host, host === 0 ? 500 : 200, 3);
      quiet.respond(host, host === 0 ? 404 : 200, 99);
    }
    few.pass(10_000);
    quiet.pass(10_000);
    assert.deepEqual([few.ejected.size, quiet.ejected.size], [0, 0]);
    assert.equal(quiet.detector.successRates.external, null);
  });

  test("failure_percentage: what is above the threshold", () => {
    const enforcing = { ...outlierConfig().enforcing, failure_percentage: 100, success_rate: 0 };
    const run = new DetectorRun(5, { maxEjectionPercent: 100, enforcing });
    for (let host = 0; host < 5; host++) {
      for (let i = 0; i < 20; i++) {
        run.respond(host, host === 2 ? 500 : 200, 3);
        run.respond(host, 200, host === 2 && i > 10 ? 1 : 0);
      }
    }
    run.pass(10_000);
    assert.ok(run.ejected.has(address(2)));
  });

  test("rates are told of hosts with enough requests that take part, in a cluster with enough hosts", () => {
    const run = new DetectorRun(10);
    for (let host = 1; host < 10; host++) run.respond(host, 200, host === 9 ? 49 : 60);
    run.respond(0, 500, 60);
    run.pass(10_000);
    const rates = [0, 1, 9].map((host) => run.detector.host(address(host))?.successRate);
    assert.deepEqual(rates, [-1, 100, -1], "ejected, shown, too quiet");
    const few = new DetectorRun(4);
    for (let host = 0; host < 4; host++) few.respond(host, 200, 100);
    few.pass(10_000);
    assert.equal(few.detector.host(address(0))?.successRate, -1);
  });

  test("what happens on our side has rates of its own", () => {
    const enforcing = { ...outlierConfig().enforcing, failure_percentage_local_origin: 100 };
    const splitLocalOriginErrors = true;
    const run = new DetectorRun(6, { maxEjectionPercent: 100, enforcing, splitLocalOriginErrors });
    for (let host = 0; host < 6; host++) {
      for (let i = 0; i < 100; i++) {
        run.connect(host, host === 2 && i % 4 !== 0 ? "connectFailed" : "connected");
        run.respond(host, 200, 1);
      }
    }
    run.pass(10_000);
    assert.deepEqual([...run.ejected], [address(2)]);
    assert.deepEqual([run.events[0]?.type, run.events[0]?.num_ejections], ["SUCCESS_RATE_LOCAL_ORIGIN", 1]);
    assert.equal(run.stat("ejections_enforced_local_origin_success_rate"), 1);
    assert.equal(run.stat("ejections_success_rate"), 1);
    assert.equal(run.stat("ejections_enforced_local_origin_failure_percentage"), 0);
    assert.equal(run.detector.host(address(1))?.successRate, 100);
    assert.equal(run.detector.host(address(1))?.localOriginSuccessRate, 100);
  });

  test("failure_percentage of connections, under the name that Envoy counts it", () => {
    const enforcing = { ...outlierConfig().enforcing, local_origin_success_rate: 0 };
    const inARow = { consecutiveLocalOriginFailure: 100 };
    const run = new DetectorRun(5, { splitLocalOriginErrors: true, enforcing, maxEjectionPercent: 100, ...inARow });
    for (let host = 0; host < 5; host++) {
      for (let i = 0; i < 50; i++) {
        run.connect(host, host === 0 && i % 8 !== 0 ? "connectFailed" : "connected");
      }
    }
    run.pass(10_000);
    assert.equal(run.stat("ejections_detected_local_origin_failure_percentage"), 1);
    const event = run.events.find(({ type }) => type === "FAILURE_PERCENTAGE_LOCAL_ORIGIN");
    assert.deepEqual([event?.enforced, event?.eject_failure_percentage_event], [false, { host_success_rate: 14 }]);
  });

  test("an interval counts for itself", () => {
    const run = new DetectorRun(10, { maxEjectionPercent: 100 });
    for (let host = 0; host < 10; host++) run.respond(host, 200, 60);
    run.pass(10_000);
    for (let host = 0; host < 10; host++) run.respond(host, host === 0 ? 404 : 200, 60);
    run.pass(10_000);
    assert.equal(run.detector.successRates.external, null);
  });
});

describe("a host that says it is degraded", () => {
  test("is so for the time that it would be ejected, longer each time, whatever its health checks say", () => {
    const run = new DetectorRun(2, { detectsDegraded: true });
    for (const expected of [30, 60]) {
      run.detector.onDegraded(address(0));
      let seconds = 0;
      for (; run.degraded.size > 0; seconds++) {
        run.dispatcher.runFor(1_000);
        run.detector.onHealthCheckPassed(address(0));
        // Said again, which changes nothing.
        if (seconds < 20) run.detector.onDegraded(address(0));
      }
      assertAbout(seconds, expected);
    }
    assert.deepEqual([run.events.length, run.stat("ejections_active")], [0, 0], "it is no ejection");
  });

  test("and fails is ejected all the same, and is not degraded once more while it is", () => {
    const run = new DetectorRun(4, { detectsDegraded: true, maxEjectionPercent: 50 });
    run.detector.onDegraded(address(0));
    run.respond(0, 500, 5);
    run.respond(1, 500, 5);
    run.detector.onDegraded(address(1));
    const flagged = (): string[][] => [[...run.ejected], [...run.degraded]];
    assert.deepEqual(flagged(), [[address(0), address(1)], [address(0)]]);
    // They stay, and workers may have other objects for them.
    for (const set of [run.ejected, run.degraded]) set.clear();
    run.detector.setHosts([0, 1, 2, 3].map(address));
    assert.deepEqual(flagged(), [[address(0), address(1)], [address(0)]]);
    run.pass(30_000);
    assert.deepEqual([run.ejected.size, run.degraded.size], [0, 0]);
  });
});

test("a host that is gone is forgotten", () => {
  const run = new DetectorRun(10);
  run.respond(0, 500, 5);
  run.detector.setHosts([address(1)]);
  assert.equal(run.stat("ejections_active"), 0);
  assert.equal(run.detector.host(address(0)), null);
});

test("a passed health check brings a host back, unless it shall not", () => {
  for (const successfulHealthCheckUnejects of [true, false]) {
    const run = new DetectorRun(10, { successfulHealthCheckUnejects });
    run.respond(0, 500, 5);
    run.detector.onHealthCheckPassed(address(0));
    assert.equal(run.ejected.size, successfulHealthCheckUnejects ? 0 : 1);
  }
});

test("the threshold of success rates: mean less so many standard deviations", () => {
  const { average, ejectionThreshold } = successRateThreshold([100, 100, 80, 80], 1.5);
  assert.equal(average, 90);
  assert.equal(ejectionThreshold, 75);
});
