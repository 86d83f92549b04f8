import type { Gauge, Histogram, StatsScope } from "../stats/stat.js";

/** `server.*`: gauges of the main thread, most of them read when someone looks. */
export class ServerStats {
  private readonly startMs = performance.now();
  private readonly uptime: Gauge;
  private readonly live: Gauge;
  private readonly state: Gauge;
  private readonly memoryAllocated: Gauge;
  private readonly memoryHeapSize: Gauge;
  private readonly memoryPhysicalSize: Gauge;
  private readonly initializationTime: Histogram;

  constructor(scope: StatsScope, concurrency: number) {
    const server = scope.scope("server");
    this.uptime = server.gauge("uptime");
    this.live = server.gauge("live");
    this.state = server.gauge("state");
    this.memoryAllocated = server.gauge("memory_allocated");
    this.memoryHeapSize = server.gauge("memory_heap_size");
    this.memoryPhysicalSize = server.gauge("memory_physical_size");
    this.initializationTime = server.histogram("initialization_time_ms");
    server.gauge("concurrency").set(concurrency);
  }

  initialized(): void {
    this.initializationTime.record(performance.now() - this.startMs);
  }

  refresh(state: keyof typeof STATE_NUMBERS): void {
    const memory = process.memoryUsage();
    this.uptime.set(Math.floor((performance.now() - this.startMs) / 1000));
    this.live.set(state === "LIVE" ? 1 : 0);
    this.state.set(STATE_NUMBERS[state]);
    this.memoryAllocated.set(memory.heapUsed + memory.external);
    this.memoryHeapSize.set(memory.heapTotal + memory.external);
    this.memoryPhysicalSize.set(memory.rss);
  }
}

/** `envoy.admin.v3.ServerInfo.State`. */
const STATE_NUMBERS = { LIVE: 0, DRAINING: 1, PRE_INITIALIZING: 2, INITIALIZING: 3 } as const;
