/** Percent of successes below which a host stands out from the others. */
export interface SuccessRateResult {
  readonly average: number;
  readonly ejectionThreshold: number;
}

/**
 * The mean of the hosts' success rates, less a multiple of their standard deviation (of the population).
 * @param rates percent, at least one
 * @param stdevFactor the multiple: 1.9 by default
 */
export function successRateThreshold(rates: readonly number[], stdevFactor: number): SuccessRateResult {
  let sum = 0;
  for (const rate of rates) sum += rate;
  const average = sum / rates.length;
  let squares = 0;
  for (const rate of rates) squares += (rate - average) ** 2;
  const stdev = Math.sqrt(squares / rates.length);
  return { average, ejectionThreshold: average - stdevFactor * stdev };
}
