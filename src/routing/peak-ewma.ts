/** A latency that jumps up at once and comes down slowly (Finagle's PeakEWMA), in ms; `at`: epoch ms of the last sample. */
export interface PeakEwma {
  readonly value: number;
  readonly at: number;
}

/** After this long a sample has lost 63 % of its weight. */
export const DECAY_MS = 30_000;

/** The average after another sample: a peak counts in full, everything else is weighed by the time that has passed. */
export function addSample(
  average: PeakEwma | undefined,
  sample: number,
  now: number,
  decayMs: number = DECAY_MS,
): PeakEwma {
  if (!average || sample >= average.value) return { value: sample, at: now };
  const weight = Math.exp(-Math.max(0, now - average.at) / decayMs);
  return { value: average.value * weight + sample * (1 - weight), at: now };
}

/** The average now: what was slow long ago is forgotten bit by bit, so that it gets another chance. */
export function readEwma({ value, at }: PeakEwma, now: number, decayMs: number = DECAY_MS): number {
  return value * Math.exp(-Math.max(0, now - at) / decayMs);
}
