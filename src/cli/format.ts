import { formatUsd, type NanoUsd } from '../domain/money.ts';

const COUNT = new Intl.NumberFormat('en-US');

/** An amount, or `unknown` where it is: never $0 for want of knowledge. */
export function money(amount: NanoUsd | null): string {
  return amount === null ? 'unknown' : formatUsd(amount);
}

/** 1234567 → `1,234,567`. */
export function count(value: number): string {
  return COUNT.format(value);
}

/** Tokens for a narrow column: 812, `12.3k`, `4.56M`. */
export function tokens(value: number): string {
  if (value < 10_000) return count(value);
  if (value < 999_950) return `${trimZeros((value / 1000).toFixed(1))}k`;
  return `${trimZeros((value / 1_000_000).toFixed(2))}M`;
}

/** A size of a context window, in which thousands are round: `128k`, `1M`. */
export function contextSize(value: number): string {
  if (value < 1000) return String(value);
  if (value < 1_000_000) return `${Math.round(value / 1000)}k`;
  return `${trimZeros((value / 1_000_000).toFixed(1))}M`;
}

/** A share from 0 to 1 as `42%`; what is more than nothing is never shown as nothing. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.5) return '<1%';
  return `${Math.round(value)}%`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(0)} kB`;
  return `${(value / 1024 / 1024).toFixed(1)} MB`;
}

/** Milliseconds as `820 ms`, `3.4 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Seconds as the largest fitting unit: `just now`, `5 min`, `3 h`, `12 d`. */
export function age(seconds: number): string {
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** An ISO time as `2026-11-21 01:10` (UTC). */
export function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** `1 call`, `3 calls`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of a share from 0 to 1 in so many cells, padded with blanks; more than nothing shows at least a sliver. */
export function bar(share: number, cells: number): string {
  const clipped = Math.min(1, Math.max(0, share));
  const eighths = Math.max(clipped > 0 ? 1 : 0, Math.round(clipped * cells * 8));
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`.padEnd(cells);
}

function trimZeros(text: string): string {
  return text.replace(/\.?0+$/, '');
}
