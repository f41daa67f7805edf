/** One measured figure, with the goal that it is held against where there is one. */
export interface Row {
  readonly name: string;
  readonly value: string;
  /** Against what stands beside it in the same run; ratios hold where absolute figures drift. */
  readonly ratio?: string;
  readonly goal?: string;
  readonly met?: boolean;
}

export interface Section {
  readonly title: string;
  /** What was measured, and how. */
  readonly method: string;
  readonly rows: readonly Row[];
}

export interface Distribution {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** Times each call of `work`, in ms, after a warm-up that is not counted. */
export async function distribution(
  calls: number,
  work: (i: number) => unknown,
  warmUp = Math.ceil(calls / 5),
  /** What follows each call of it, and is not timed. */
  after: (i: number) => unknown = () => {},
): Promise<Distribution> {
  for (let i = 0; i < warmUp; i++) {
    await work(i);
    await after(i);
  }
  const times: number[] = [];
  const began = performance.now();
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    const result = work(warmUp + i);
    if (result instanceof Promise) await result;
    times.push(performance.now() - start);
    after(warmUp + i);
  }
  const total = performance.now() - began;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), perSecond: (calls / total) * 1000 };
}

export const us = (ms: number): string => `${(ms * 1000).toFixed(1)} µs`;
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const times = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
