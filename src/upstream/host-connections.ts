import { type ClusterInfo, NO_LIMIT } from "./cluster-info.js";
import { HostRows, hostRowsBytes } from "./host-rows.js";

/** The row of a host: its connections. */
const CONNECTIONS = 0;
const ROW_LENGTH = 1;

/** Bytes of shared memory that the counts of a cluster's hosts need. */
export const HOST_CONNECTIONS_BYTES = hostRowsBytes(ROW_LENGTH);

/** How many connections there are to one host. */
export interface HostConnectionCount {
  readonly count: number;
  inc(): void;
  dec(): void;
  /** The host is gone. Its connections that are left are counted to their end. */
  release(): void;
}

/** Where nobody asks, nobody counts. */
export const UNCOUNTED_CONNECTIONS: HostConnectionCount = Object.freeze({
  count: 0,
  inc: () => {},
  dec: () => {},
  release: () => {},
});

/** Whether connections to single hosts are limited (`per_host_thresholds`). */
export function limitsHosts({ defaultLimits, highLimits }: ClusterInfo): boolean {
  return defaultLimits.maxConnectionsPerHost < NO_LIMIT || highLimits.maxConnectionsPerHost < NO_LIMIT;
}

/** Of a cluster that limits the connections to each of its hosts: what all workers have open, in memory they share. */
export class HostConnectionBoard {
  private readonly rows: HostRows;

  /** @param memory of `HOST_CONNECTIONS_BYTES`, the same for all workers */
  constructor(memory: SharedArrayBuffer) {
    this.rows = new HostRows(memory, ROW_LENGTH);
  }

  countOf(addressText: string): HostConnectionCount {
    const row = this.rows.take(addressText);
    return row === -1 ? UNCOUNTED_CONNECTIONS : new SharedCount(this.rows, row);
  }
}

class SharedCount implements HostConnectionCount {
  private readonly rows: HostRows;
  private readonly row: number;
  /** Of this worker alone. */
  private own = 0;
  private released = false;

  constructor(rows: HostRows, row: number) {
    this.rows = rows;
    this.row = row;
  }

  get count(): number {
    return Atomics.load(this.rows.cells, this.row + CONNECTIONS);
  }

  inc(): void {
    this.own++;
    Atomics.add(this.rows.cells, this.row + CONNECTIONS, 1);
  }

  dec(): void {
    this.own--;
    Atomics.sub(this.rows.cells, this.row + CONNECTIONS, 1);
    if (this.released && this.own === 0) this.rows.release(this.row);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    if (this.own === 0) this.rows.release(this.row);
  }
}
