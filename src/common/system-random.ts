import { randomFillSync } from "node:crypto";
import type { RandomSource } from "./random.js";
import { UuidBatch } from "./uuid-batch.js";

/** Numbers drawn from the system at once: a call for each would cost more than what it decides. */
const POOL_SIZE = 1024;

/** Chance from the operating system. */
export class SystemRandom implements RandomSource {
  private readonly pool = new Uint32Array(POOL_SIZE);
  private next = POOL_SIZE;
  private readonly uuids = new UuidBatch(randomFillSync);

  below(bound: number): number {
    if (this.next === POOL_SIZE) {
      randomFillSync(this.pool);
      this.next = 0;
    }
    // Scaling instead of modulo: the bias is below 2^-32 * bound and no division is needed.
    return Math.floor(((this.pool[this.next++] as number) / 4_294_967_296) * bound);
  }

  uuid(): string {
    return this.uuids.take();
  }
}
