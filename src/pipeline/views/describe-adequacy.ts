import { isoTime } from '../../lib/clock.ts';
import { wilsonInterval } from '../../lib/wilson-interval.ts';
import type { AdequacyRow } from '../../spend/adequacy-book.ts';

/** A model at a kind of task as programs see it: shares are from 0 to 1, the interval holds with 95 % certainty. */
export function describeAdequacy({ task, model, tried, accepted, updatedAt }: AdequacyRow) {
  const { low, high } = wilsonInterval(accepted, tried);
  return {
    task,
    model,
    tried,
    accepted,
    share: rounded(accepted / tried),
    low: rounded(low),
    high: rounded(high),
    last_checked_at: isoTime(updatedAt),
  };
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
