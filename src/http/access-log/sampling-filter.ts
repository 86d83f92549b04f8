import type { RandomSource } from "../../common/random.js";
import type { SamplingFilterConfig } from "../../stream-info/access-log-config.js";
import type { LogContext } from "../formatter/log-context.js";

/** Digits of a request id that make the number which decides. */
const ID_DIGITS = 8;
const HEX = /^[0-9a-f]{8}/i;

/**
 * A share of the streams (`runtime_filter`). The request id decides where there is one, so that every proxy that a
 * request passes logs the same requests.
 */
export class SamplingFilter {
  private readonly numerator: number;
  private readonly denominator: number;
  private readonly independent: boolean;
  private readonly random: RandomSource;

  constructor(config: SamplingFilterConfig, random: RandomSource) {
    this.numerator = config.numerator;
    this.denominator = config.denominator;
    this.independent = config.independentRandomness;
    this.random = random;
  }

  evaluate(context: LogContext): boolean {
    const id = this.independent ? null : context.requestHeaders.get("x-request-id");
    const stable = id !== null && HEX.test(id);
    const draw = stable
      ? Number.parseInt(id.slice(0, ID_DIGITS), 16) % this.denominator
      : this.random.below(this.denominator);
    return draw < this.numerator;
  }
}
