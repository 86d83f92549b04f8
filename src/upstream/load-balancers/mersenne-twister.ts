const SIZE = 624;
const SHIFT = 397;

/** The random numbers of `std::mt19937` (M. Matsumoto, T. Nishimura, 1998): the same seed gives the same ones anywhere. */
export class MersenneTwister {
  private readonly state = new Uint32Array(SIZE);
  private next = 0;

  /** Begins anew. @param seed of 32 bits */
  start(seed: number): void {
    const { state } = this;
    let last = seed | 0;
    state[0] = last;
    for (let index = 1; index < SIZE; index++) {
      last = (Math.imul(last ^ (last >>> 30), 1_812_433_253) + index) | 0;
      state[index] = last;
    }
    this.next = 0;
  }

  /** 0 to 2^32 - 1. A word of the state is made anew right before it is read, since few of them are read here. */
  draw(): number {
    const { state, next } = this;
    const after = next + 1 === SIZE ? 0 : next + 1;
    const mixed = ((state[next] as number) & 0x8000_0000) | ((state[after] as number) & 0x7fff_ffff);
    const other = state[next + SHIFT < SIZE ? next + SHIFT : next + SHIFT - SIZE] as number;
    let word = other ^ (mixed >>> 1) ^ ((mixed & 1) === 0 ? 0 : 0x9908_b0df);
    state[next] = word;
    this.next = after;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  }
}
