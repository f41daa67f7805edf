import type { BudgetWindow } from '../domain/budget.ts';
import { type NanoUsd, nano } from '../domain/money.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The epoch was a Thursday; weeks begin on Monday (ISO 8601), three days before it. */
const MONDAY_OFFSET = 3 * DAY;

/** A window of the UTC calendar, where no day is longer than another. Epoch ms. */
export interface WindowSpan {
  /** Inclusive; 0 for `total`. */
  readonly start: number;
  /** Exclusive; null for `total`. */
  readonly end: number | null;
  /** How far it has gone, in units of its own size, the present one counted as whole (day 5 of 30); null for `total`. */
  readonly progress: { readonly elapsed: number; readonly length: number } | null;
}

/** The window of the calendar in which a moment (epoch ms) lies. */
export function windowAt(window: BudgetWindow, now: number): WindowSpan {
  switch (window) {
    case 'hour':
      return regular(now, 0, HOUR, MINUTE);
    case 'day':
      return regular(now, 0, DAY, HOUR);
    case 'week':
      return regular(now, MONDAY_OFFSET, 7 * DAY, DAY);
    case 'month':
      return month(now);
    case 'total':
      return { start: 0, end: null, progress: null };
  }
}

function regular(now: number, offset: number, size: number, unit: number): WindowSpan {
  const start = Math.floor((now + offset) / size) * size - offset;
  return span(start, start + size, now, unit);
}

function month(now: number): WindowSpan {
  const date = new Date(now);
  const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return span(start, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1), now, DAY);
}

function span(start: number, end: number, now: number, unit: number): WindowSpan {
  const progress = { elapsed: Math.floor((now - start) / unit) + 1, length: (end - start) / unit };
  return { start, end, progress };
}

/**
 * Spend at the end of the window at the pace so far: spent / elapsed × length (for a month: by days), rounded up; null
 * for a window without end. Capped at the largest amount that can be written.
 */
export function projectSpend(spent: NanoUsd, { progress }: WindowSpan): NanoUsd | null {
  if (!progress) return null;
  const elapsed = BigInt(progress.elapsed);
  const projected = (BigInt(spent) * BigInt(progress.length) + elapsed - 1n) / elapsed;
  return nano(Math.min(Number(projected), Number.MAX_SAFE_INTEGER));
}
