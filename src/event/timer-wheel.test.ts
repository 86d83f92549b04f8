import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Timer, TimerTarget } from "./dispatcher.js";
import { TICK_MS, type TickSource, TimerWheel } from "./timer-wheel.js";

/** A round of the wheel, as its slots make it. */
const ROUND_MS = 512 * TICK_MS;

/** Ticks every `TICK_MS` from the moment the wheel asks for it, as an interval of Node's does. */
class ManualClock implements TickSource {
  nowMs: number;
  starts = 0;
  readonly wheel = new TimerWheel(this);
  private nextTickMs: number | null = null;

  constructor(startMs = 1_000) {
    this.nowMs = startMs;
  }

  get isTicking(): boolean {
    return this.nextTickMs !== null;
  }

  startTicking(): void {
    assert.equal(this.nextTickMs, null, "started while ticking");
    this.starts++;
    this.nextTickMs = this.nowMs + TICK_MS;
  }

  stopTicking(): void {
    assert.notEqual(this.nextTickMs, null, "stopped while not ticking");
    this.nextTickMs = null;
  }

  timer(target: TimerTarget): Timer {
    return this.wheel.createTimer(target, () => this.nowMs);
  }

  /** Lets time pass tick by tick. */
  runFor(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.nextTickMs !== null && this.nextTickMs <= untilMs) {
      this.nowMs = this.nextTickMs;
      this.nextTickMs += TICK_MS;
      this.wheel.advance(this.nowMs);
    }
    this.nowMs = untilMs;
  }

  /** Time passes without a tick, as while the process is blocked; one tick follows. */
  stall(ms: number): void {
    this.nowMs += ms;
    this.nextTickMs = this.nowMs + TICK_MS;
    this.wheel.advance(this.nowMs);
  }
}

/** Notes when it fired, and may do something then. */
class Probe implements TimerTarget {
  readonly firedAt: number[] = [];
  readonly timer: Timer;
  whenFired: () => void = () => {};
  private readonly clock: ManualClock;

  constructor(clock: ManualClock) {
    this.clock = clock;
    this.timer = clock.timer(this);
  }

  onTimer(timer: Timer): void {
    assert.equal(timer, this.timer);
    assert.equal(timer.armed, false, "a timer that fires is disarmed already");
    this.firedAt.push(this.clock.nowMs);
    this.whenFired();
  }
}

/** A probe that was armed, for tests of when it fires. */
function arm(clock: ManualClock, delayMs: number): Probe {
  const probe = new Probe(clock);
  probe.timer.arm(delayMs);
  return probe;
}

describe("TimerWheel", () => {
  test("fires once, not early and at most a tick late, wherever between two ticks it was armed", () => {
    for (const phase of [0, 0.25, 1, 37, 50, 99, 99.75]) {
      const clock = new ManualClock(1_000 + phase);
      // Keeps the tick running, so that its phase stays as it is.
      arm(clock, 60_000);
      for (let delay = 0; delay <= 1_000; delay += 7) {
        const probe = arm(clock, delay);
        const dueMs = clock.nowMs + delay;
        clock.runFor(delay + 2 * TICK_MS + 3);
        assert.equal(probe.firedAt.length, 1, `phase ${phase}, delay ${delay}`);
        const lateMs = (probe.firedAt[0] as number) - dueMs;
        assert.ok(lateMs >= 0 && lateMs <= TICK_MS, `phase ${phase}, delay ${delay}: ${lateMs} ms late`);
      }
    }
  });

  test("a delay of 0 waits for the next tick", () => {
    const clock = new ManualClock();
    const probe = arm(clock, 0);
    assert.deepEqual(probe.firedAt, []);
    clock.runFor(TICK_MS);
    assert.deepEqual(probe.firedAt, [1_100]);
  });

  test("a timer that is pushed back fires at the last time that it was given", () => {
    const clock = new ManualClock();
    const probe = arm(clock, 300);
    for (let i = 0; i < 50; i++) {
      clock.runFor(90);
      probe.timer.arm(300);
    }
    assert.equal(probe.firedAt.length, 0);
    assert.equal(clock.wheel.size, 1);
    const dueMs = clock.nowMs + 300;
    clock.runFor(500);
    assert.equal(probe.firedAt.length, 1);
    assert.ok((probe.firedAt[0] as number) >= dueMs && (probe.firedAt[0] as number) <= dueMs + TICK_MS);
  });

  test("a timer that is brought forward fires at the earlier time, also after it was pushed back", () => {
    const clock = new ManualClock();
    const probe = arm(clock, 5_000);
    probe.timer.arm(200);
    clock.runFor(300);
    assert.deepEqual(probe.firedAt, [1_200]);

    probe.timer.arm(200);
    probe.timer.arm(9_000);
    probe.timer.arm(1_000);
    clock.runFor(900);
    assert.equal(probe.firedAt.length, 1);
    clock.runFor(200);
    assert.equal(probe.firedAt.length, 2);
  });

  test("a disarmed timer does not fire, and can be armed again", () => {
    const clock = new ManualClock();
    const probe = arm(clock, 200);
    probe.timer.disarm();
    probe.timer.disarm();
    assert.equal(probe.timer.armed, false);
    clock.runFor(1_000);
    assert.deepEqual(probe.firedAt, []);
    probe.timer.arm(100);
    assert.equal(probe.timer.armed, true);
    clock.runFor(200);
    assert.equal(probe.firedAt.length, 1);
  });

  test("a callback may disarm timers of its own slot, before and after it in the list", () => {
    for (const disarming of [0, 1, 2]) {
      const clock = new ManualClock();
      const probes = [arm(clock, 150), arm(clock, 150), arm(clock, 150)];
      (probes[disarming] as Probe).whenFired = () => {
        for (const probe of probes) probe.timer.disarm();
      };
      clock.runFor(1_000);
      const fired = probes.map((probe) => probe.firedAt.length);
      assert.deepEqual(
        fired,
        [0, 1, 2].map((index) => (index <= disarming ? 1 : 0)),
      );
      assert.equal(clock.wheel.size, 0);
    }
  });

  test("a callback may arm timers of its own slot again", () => {
    const clock = new ManualClock();
    const first = arm(clock, 150);
    const second = arm(clock, 150);
    first.whenFired = () => second.timer.arm(400);
    clock.runFor(300);
    assert.deepEqual([first.firedAt.length, second.firedAt.length], [1, 0]);
    clock.runFor(400);
    assert.deepEqual([first.firedAt.length, second.firedAt.length], [1, 1]);
  });

  test("a timer that arms itself with 0 fires once a tick", () => {
    const clock = new ManualClock();
    const probe = arm(clock, 0);
    probe.whenFired = () => {
      if (probe.firedAt.length < 5) probe.timer.arm(0);
    };
    clock.runFor(3 * TICK_MS);
    assert.deepEqual(probe.firedAt, [1_100, 1_200, 1_300]);
    clock.runFor(10 * TICK_MS);
    assert.equal(probe.firedAt.length, 5);
  });

  test("long delays take several rounds", () => {
    const clock = new ManualClock();
    const delays = [ROUND_MS - 1, ROUND_MS, ROUND_MS + 1, 3 * ROUND_MS + 70, 3_600_000];
    const probes = delays.map((delay) => arm(clock, delay));
    clock.runFor(3_700_000);
    for (const [index, delay] of delays.entries()) {
      const firedAt = (probes[index] as Probe).firedAt;
      assert.equal(firedAt.length, 1);
      const lateMs = (firedAt[0] as number) - 1_000 - delay;
      assert.ok(lateMs >= 0 && lateMs <= TICK_MS, `${delay}: ${lateMs} ms late`);
    }
  });

  test("after a long pause everything that is due fires at once, and nothing else", () => {
    for (const pauseMs of [50, 2_000, ROUND_MS - TICK_MS, ROUND_MS, ROUND_MS + 50, 10 * ROUND_MS]) {
      const clock = new ManualClock();
      const due = [arm(clock, 0), arm(clock, 40), arm(clock, pauseMs - 10), arm(clock, pauseMs)];
      const later = [arm(clock, pauseMs + 10), arm(clock, pauseMs + 20_000), arm(clock, pauseMs + ROUND_MS)];
      clock.stall(pauseMs);
      for (const probe of due) assert.equal(probe.firedAt.length, 1, `pause ${pauseMs}`);
      for (const probe of later) assert.equal(probe.firedAt.length, 0, `pause ${pauseMs}`);
      clock.runFor(ROUND_MS + TICK_MS);
      for (const probe of later) assert.equal(probe.firedAt.length, 1, `pause ${pauseMs}`);
    }
  });

  test("a timer armed after the wheel stood still for long is not taken for an old one", () => {
    const clock = new ManualClock();
    clock.runFor(100 * ROUND_MS + 33);
    const probe = arm(clock, 250);
    clock.runFor(200);
    assert.deepEqual(probe.firedAt, []);
    clock.runFor(200);
    assert.equal(probe.firedAt.length, 1);
  });

  test("ticks only while something is armed, and is never started twice", () => {
    const clock = new ManualClock();
    assert.equal(clock.isTicking, false);
    const probe = arm(clock, 100);
    assert.equal(clock.isTicking, true);
    // Emptied and filled again before the tick that would stop.
    probe.timer.disarm();
    probe.timer.arm(100);
    assert.equal(clock.starts, 1);
    // The only timer arms itself from its callback, when the wheel is empty for a moment.
    probe.whenFired = () => {
      if (probe.firedAt.length === 1) probe.timer.arm(100);
    };
    clock.runFor(1_000);
    assert.equal(probe.firedAt.length, 2);
    assert.equal(clock.starts, 1);
    assert.equal(clock.isTicking, false);
    arm(clock, 100);
    assert.equal(clock.starts, 2);
  });

  test("the only timer, pushed back, keeps the tick running", () => {
    const clock = new ManualClock();
    const probe = arm(clock, 150);
    probe.timer.arm(10_000);
    clock.runFor(9_000);
    assert.equal(clock.starts, 1);
    assert.equal(clock.isTicking, true);
    clock.runFor(1_100);
    assert.equal(probe.firedAt.length, 1);
  });

  test("timers that were due when a callback threw fire at the next tick", () => {
    const clock = new ManualClock();
    const failing = arm(clock, 150);
    const other = arm(clock, 150);
    failing.whenFired = () => {
      throw new Error("a bug");
    };
    assert.throws(() => clock.runFor(500), /a bug/);
    clock.runFor(500);
    assert.equal(other.firedAt.length, 1);
  });

  test("agrees with a plain list of deadlines over a long random run", () => {
    const clock = new ManualClock(12_345.5);
    const probes = Array.from({ length: 40 }, () => new Probe(clock));
    const deadlines = new Map<Probe, number>();
    // A small linear congruential generator: the same run each time.
    let seed = 7;
    const below = (bound: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % bound;
    };
    for (const probe of probes) {
      probe.whenFired = () => {
        const lateMs = clock.nowMs - (deadlines.get(probe) as number);
        assert.ok(lateMs >= 0 && lateMs <= TICK_MS, `${lateMs} ms late`);
        deadlines.delete(probe);
      };
    }
    for (let step = 0; step < 20_000; step++) {
      const probe = probes[below(probes.length)] as Probe;
      const action = below(10);
      if (action < 6) {
        const delay = below(4) === 0 ? below(150_000) : below(2_000);
        probe.timer.arm(delay);
        deadlines.set(probe, clock.nowMs + delay);
      } else if (action < 7) {
        probe.timer.disarm();
        deadlines.delete(probe);
      }
      clock.runFor(below(120));
      for (const [armed, dueMs] of deadlines) {
        assert.ok(armed.timer.armed && clock.nowMs - dueMs < TICK_MS + 120, "a timer was lost");
      }
      assert.equal(clock.wheel.size, deadlines.size);
    }
  });
});
