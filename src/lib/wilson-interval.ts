/** A share of trials with what it may be in truth, all from 0 to 1. */
export interface ShareInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a share: where the true share lies with 95 % certainty after so many hits in so many trials.
 * Without trials it is anything from 0 to 1. E. B. Wilson, "Probable Inference" (1927).
 */
export function wilsonInterval(hits: number, trials: number, z = 1.96): ShareInterval {
  if (trials <= 0) return { low: 0, high: 1 };
  const share = hits / trials;
  const weight = 1 + (z * z) / trials;
  const middle = (share + (z * z) / (2 * trials)) / weight;
  const reach = (z / weight) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}
