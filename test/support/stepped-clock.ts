import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** The real clock, set forward by hand: time limits run as they do, and minutes can pass between two requests. */
export function createSteppedClock(): Clock & { advance(ms: number): void } {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    sleep: systemClock.sleep,
    advance(ms) {
      ahead += ms;
    },
  };
}
