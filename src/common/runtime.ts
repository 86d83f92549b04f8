/** `envoy.type.v3.FractionalPercent`: `numerator` of 100, 10,000 or 1,000,000. */
export interface FractionalPercent {
  readonly numerator: number;
  readonly denominator: number;
}

/** A value of the runtime: a number, text, truth, or a share. */
export type RuntimeValue = number | string | boolean | FractionalPercent;

/** All runtime keys that configuration sets, as plain data: later layers have overridden earlier ones. */
export type RuntimeValues = Readonly<Record<string, RuntimeValue>>;

/** `envoy.config.core.v3.RuntimeFractionalPercent` as plain data. */
export interface RuntimeFractionConfig {
  readonly defaultValue: FractionalPercent;
  /** Empty for none. */
  readonly runtimeKey: string;
}

/** `envoy.config.core.v3.RuntimeDouble` as plain data. */
export interface RuntimeNumberConfig {
  readonly defaultValue: number;
  /** Empty for none. */
  readonly runtimeKey: string;
}

/**
 * Values that stand beside the configuration and override single numbers of it, by key (`layered_runtime`). Whoever has
 * such a number asks once, when configuration arrives, and keeps the answer.
 */
export class Runtime {
  private readonly values: ReadonlyMap<string, RuntimeValue>;

  constructor(values: RuntimeValues = {}) {
    this.values = new Map(Object.entries(values));
  }

  /** A share: a whole number stands for percent, as it did before there were fractions. */
  fraction(config: RuntimeFractionConfig): RuntimeFraction {
    const value = this.values.get(config.runtimeKey);
    if (typeof value === "object") return new RuntimeFraction(value);
    if (isCount(value)) return new RuntimeFraction({ numerator: value, denominator: 100 });
    return new RuntimeFraction(config.defaultValue);
  }

  /** A whole number that is not negative. */
  integer(key: string, standard: number): number {
    const value = this.values.get(key);
    return isCount(value) ? value : standard;
  }

  /** A number that is not negative; null when there is none. */
  number(key: string): number | null {
    const value = this.values.get(key);
    return typeof value === "number" && value >= 0 ? value : null;
  }

  /** Any number (`RuntimeDouble`). */
  double({ defaultValue, runtimeKey }: RuntimeNumberConfig): number {
    const value = this.values.get(runtimeKey);
    return typeof value === "number" && Number.isFinite(value) ? value : defaultValue;
  }

  /** `true` or `false`; other values do not count. */
  flag(key: string, standard: boolean): boolean {
    const value = this.values.get(key);
    return typeof value === "boolean" ? value : standard;
  }
}

function isCount(value: RuntimeValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** A share of all requests, decided by a random number of the request's own. */
export class RuntimeFraction {
  readonly numerator: number;
  readonly denominator: number;

  constructor(percent: FractionalPercent) {
    this.numerator = percent.numerator;
    this.denominator = percent.denominator;
  }

  /** @param random a whole number, at least as large as any denominator's range */
  includes(random: number): boolean {
    return random % this.denominator < this.numerator;
  }

  /** For people: `5 of 100`. */
  describe(): string {
    return `${this.numerator} of ${this.denominator}`;
  }
}
