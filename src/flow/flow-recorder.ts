import type { FlowStep } from "./flow-step.js";

/** Records kept; at about 30 steps a request these are the last 2,000 requests. */
const DEFAULT_CAPACITY = 64 * 1024;

/** Integers in a record. */
const FIELDS = 5;

/** One step of one request, as it was recorded. */
export interface FlowRecord {
  /** Position in the whole history; grows by one a record. */
  readonly sequence: number;
  /** Monotonic milliseconds. */
  readonly timeMs: number;
  readonly step: FlowStep;
  /** The connection whose event it is, 0 for none. */
  readonly connectionId: number;
  /** The stream, 0 while the connection has none. */
  readonly streamId: number;
  /** The connection on the other side, where a step joins two; else 0. */
  readonly peerId: number;
  /** Bytes or a count, -1 when the step has none. */
  readonly amount: number;
  /** Filter name, route, host or reason; may be empty. */
  readonly detail: string;
}

/** Told when a stream has ended, so that its timeline can be shown at once. */
export interface FlowListener {
  onStreamRecorded(recorder: FlowRecorder, streamId: number): void;
}

/**
 * A ring of fixed-size records in preallocated arrays. Objects of the data plane hold a recorder or null: recording
 * costs a test of that field when it is off, and a few stores when it is on. Nothing is formatted until someone looks.
 */
export class FlowRecorder {
  private readonly capacity: number;
  private readonly times: Float64Array;
  /** step, connection, stream, peer, amount: five integers a record. */
  private readonly fields: Int32Array;
  private readonly details: string[];
  private readonly clock: () => number;
  private next = 0;
  private readonly listener: FlowListener | null;

  /** @param clock monotonic milliseconds, precise within an event. */
  constructor(clock: () => number, listener: FlowListener | null = null, capacity: number = DEFAULT_CAPACITY) {
    this.clock = clock;
    this.listener = listener;
    this.capacity = capacity;
    this.times = new Float64Array(capacity);
    this.fields = new Int32Array(capacity * FIELDS);
    this.details = new Array<string>(capacity).fill("");
  }

  /** Records a step; the oldest record makes room. */
  record(step: FlowStep, connectionId: number, streamId: number, detail = "", amount = -1, peerId = 0): void {
    const slot = this.next % this.capacity;
    const at = slot * FIELDS;
    this.times[slot] = this.clock();
    this.details[slot] = detail;
    const fields = this.fields;
    fields[at] = step;
    fields[at + 1] = connectionId;
    fields[at + 2] = streamId;
    fields[at + 3] = peerId;
    fields[at + 4] = amount;
    this.next++;
  }

  /** The stream's last step was recorded. */
  streamEnded(streamId: number): void {
    this.listener?.onStreamRecorded(this, streamId);
  }

  /** All records that are still there, oldest first. */
  records(): FlowRecord[] {
    const result: FlowRecord[] = [];
    const first = Math.max(0, this.next - this.capacity);
    for (let sequence = first; sequence < this.next; sequence++) result.push(this.recordAt(sequence));
    return result;
  }

  private recordAt(sequence: number): FlowRecord {
    const slot = sequence % this.capacity;
    const at = slot * FIELDS;
    const fields = this.fields;
    return {
      sequence,
      timeMs: this.times[slot] as number,
      step: fields[at] as number,
      connectionId: fields[at + 1] as number,
      streamId: fields[at + 2] as number,
      peerId: fields[at + 3] as number,
      amount: fields[at + 4] as number,
      detail: this.details[slot] as string,
    };
  }
}
