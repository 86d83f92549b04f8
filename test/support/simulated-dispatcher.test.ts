import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Flushable, Task, Timer, TimerTarget } from "../../src/event/dispatcher.js";
import { SimulatedDispatcher } from "./simulated-dispatcher.js";

/** Writes down what happens, with the time. */
class Journal {
  readonly lines: string[] = [];
  private readonly dispatcher: SimulatedDispatcher;

  constructor(dispatcher: SimulatedDispatcher) {
    this.dispatcher = dispatcher;
  }

  note(what: string): void {
    this.lines.push(`${this.dispatcher.now()} ${what}`);
  }

  task(what: string, then: () => void = () => {}): Task {
    return {
      run: () => {
        this.note(what);
        then();
      },
    };
  }

  target(what: string, then: (timer: Timer) => void = () => {}): TimerTarget {
    return {
      onTimer: (timer) => {
        this.note(what);
        then(timer);
      },
    };
  }

  flushable(what: string, then: () => void = () => {}): Flushable {
    return {
      flushPending: false,
      flushWaiting: false,
      mayWait: () => false,
      flush: () => {
        this.note(what);
        then();
      },
    };
  }
}

function simulate(eventBudget?: number): { dispatcher: SimulatedDispatcher; journal: Journal } {
  const dispatcher = new SimulatedDispatcher({ startMs: 0, ...(eventBudget === undefined ? {} : { eventBudget }) });
  return { dispatcher, journal: new Journal(dispatcher) };
}

describe("SimulatedDispatcher", () => {
  test("exact timers fire at their time, in order, and time does not pass otherwise", () => {
    const { dispatcher, journal } = simulate();
    dispatcher.createTimer(journal.target("late")).arm(20.5);
    dispatcher.createTimer(journal.target("early")).arm(10);
    dispatcher.createTimer(journal.target("early too")).arm(10);
    dispatcher.runUntilIdle();
    assert.deepEqual(journal.lines, []);
    dispatcher.runFor(30);
    assert.deepEqual(journal.lines, ["10 early", "10 early too", "20.5 late"]);
    assert.equal(dispatcher.now(), 30);
  });

  test("a timer can be pushed back, disarmed and armed from its own callback", () => {
    const { dispatcher, journal } = simulate();
    const pushed = dispatcher.createTimer(journal.target("pushed"));
    pushed.arm(10);
    pushed.arm(25);
    const disarmed = dispatcher.createTimer(journal.target("disarmed"));
    disarmed.arm(10);
    disarmed.disarm();
    const again = dispatcher.createTimer(journal.target("again", (timer) => timer.arm(15)));
    again.arm(15);
    dispatcher.runFor(40);
    assert.deepEqual(journal.lines, ["15 again", "25 pushed", "30 again"]);
    assert.deepEqual([pushed.armed, disarmed.armed, again.armed], [false, false, true]);
  });

  test("coarse timers fire up to a tick late", () => {
    const { dispatcher, journal } = simulate();
    dispatcher.createCoarseTimer(journal.target("coarse")).arm(130);
    dispatcher.runFor(1_000);
    assert.deepEqual(journal.lines, ["200 coarse"]);
  });

  test("advance is a pause of the process: everything runs late, at the new time", () => {
    const { dispatcher, journal } = simulate();
    dispatcher.createTimer(journal.target("timer")).arm(10);
    dispatcher.createCoarseTimer(journal.target("coarse")).arm(10);
    dispatcher.schedule(20, () => journal.note("bytes"));
    dispatcher.advance(250);
    assert.deepEqual(journal.lines, ["250 timer", "250 bytes", "250 coarse"]);
  });

  test("runUntilIdle waits for what is on its way, and timers fire only if they fall into that time", () => {
    const { dispatcher, journal } = simulate();
    dispatcher.createTimer(journal.target("short")).arm(5);
    dispatcher.createTimer(journal.target("long")).arm(50);
    dispatcher.schedule(10, () => journal.note("bytes"));
    dispatcher.runUntilIdle();
    assert.deepEqual(journal.lines, ["5 short", "10 bytes"]);
    assert.equal(dispatcher.now(), 10);
  });

  test("a posted task runs after what is ready now, in an event of its own", () => {
    const { dispatcher, journal } = simulate();
    dispatcher.schedule(0, () => {
      dispatcher.post(journal.task("posted", () => dispatcher.post(journal.task("posted by it"))));
      dispatcher.flushAtTurnEnd(journal.flushable("flush"));
    });
    dispatcher.schedule(0, () => journal.note("ready"));
    dispatcher.runUntilIdle();
    assert.deepEqual(journal.lines.map((line) => line.slice(2)).sort(), ["flush", "posted", "posted by it", "ready"]);
    assert.ok(journal.lines.indexOf("0 posted") > journal.lines.indexOf("0 ready"));
    assert.ok(journal.lines.indexOf("0 posted by it") > journal.lines.indexOf("0 posted"));
  });

  test("at the outermost end of an event output is flushed, then objects are deleted", () => {
    const { dispatcher, journal } = simulate();
    const flushable = journal.flushable("flush");
    dispatcher.beginEvent();
    dispatcher.deferredDelete({ destroy: () => journal.note("delete") });
    dispatcher.flushAtTurnEnd(flushable);
    dispatcher.flushAtTurnEnd(flushable);
    assert.equal(flushable.flushPending, true);
    dispatcher.beginEvent();
    dispatcher.endEvent();
    assert.deepEqual(journal.lines, []);
    dispatcher.endEvent();
    assert.deepEqual(journal.lines, ["0 flush", "0 delete"]);
    assert.equal(flushable.flushPending, false);
  });

  test("output made outside any event is flushed soon", () => {
    const { dispatcher, journal } = simulate();
    dispatcher.flushAtTurnEnd(journal.flushable("flush"));
    dispatcher.deferredDelete({ destroy: () => journal.note("delete") });
    assert.deepEqual(journal.lines, []);
    dispatcher.runUntilIdle();
    assert.deepEqual(journal.lines, ["0 flush", "0 delete"]);
  });

  test("an endless loop is an error", () => {
    const { dispatcher, journal } = simulate(1_000);
    const task = journal.task("again", () => dispatcher.post(task));
    dispatcher.post(task);
    assert.throws(() => dispatcher.runUntilIdle(), /more than 1000 events: an endless loop at 0 ms/);
  });

  test("a callback that throws ends the run, and leaves no event open", () => {
    const { dispatcher, journal } = simulate();
    dispatcher.post(
      journal.task("bug", () => {
        throw new Error("a bug");
      }),
    );
    assert.throws(() => dispatcher.runUntilIdle(), /a bug/);
    dispatcher.flushAtTurnEnd(journal.flushable("flush"));
    dispatcher.runUntilIdle();
    assert.deepEqual(journal.lines, ["0 bug", "0 flush"]);
  });

  test("the wall clock starts at a fixed time and goes with the virtual one", () => {
    const dispatcher = new SimulatedDispatcher();
    assert.equal(new Date(dispatcher.wallClockMs()).toISOString(), "2026-01-01T00:00:00.000Z");
    dispatcher.runFor(86_400_000);
    assert.equal(new Date(dispatcher.wallClockMs()).toISOString(), "2026-01-02T00:00:00.000Z");
  });
});
