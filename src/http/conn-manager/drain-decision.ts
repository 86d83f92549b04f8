import type { RandomSource } from "../../common/random.js";

/** Bytes of the memory in which the main thread tells all workers to drain. */
export const DRAIN_STATE_BYTES = 8;
/** Why connections are drained, by their place in that memory. */
export const DRAIN_SLOTS = { healthcheckFailed: 0, listenersDrain: 1 } as const;
/** Every response is the last one of its connection. */
export const DRAINS_ALL = 0x4000_0000;

/**
 * Whether a response that begins now is the last one of its connection. Connections are not closed for it,
 * so that no client has to come back without having got an answer. In each place of the memory stands the share of
 * responses, from 0 to `DRAINS_ALL`.
 */
export class DrainDecision {
  private readonly states: Int32Array;
  private readonly random: RandomSource;
  /** `drain_type: MODIFY_ONLY` goes on when the health check is made to fail. */
  private readonly onFailedHealthcheck: boolean;

  constructor(memory: SharedArrayBuffer, random: RandomSource, onFailedHealthcheck: boolean) {
    this.states = new Int32Array(memory);
    this.random = random;
    this.onFailedHealthcheck = onFailedHealthcheck;
  }

  closes(): boolean {
    const { states } = this;
    const share = states[DRAIN_SLOTS.listenersDrain] as number;
    if (this.onFailedHealthcheck && states[DRAIN_SLOTS.healthcheckFailed] !== 0) return true;
    return share !== 0 && this.random.below(DRAINS_ALL) < share;
  }
}
