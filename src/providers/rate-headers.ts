/**
 * How long a provider will take nothing more, in ms from now (epoch ms), by what its answer says of its limits; null
 * where something is left, or it does not say. Read from `x-ratelimit-remaining-*` with `x-ratelimit-reset-*` (OpenAI,
 * Groq, Cerebras, OpenRouter) and `anthropic-ratelimit-*-remaining` with `-reset`.
 */
export function readExhaustion(headers: Readonly<Record<string, string>>, now: number): number | null {
  let longest: number | null = null;
  for (const [name, value] of Object.entries(headers)) {
    const reset = resetNameOf(name);
    if (reset === null || value.trim() !== '0') continue;
    const wait = readReset(headers[reset], now);
    if (wait !== null && wait > (longest ?? 0)) longest = wait;
  }
  return longest;
}

/** The header that says when the limit of this one is over; null where this one tells no remainder. */
function resetNameOf(name: string): string | null {
  if (/^x-ratelimit-remaining(-(requests|tokens)(-\w+)?)?$/.test(name)) return name.replace('remaining', 'reset');
  if (/^anthropic-ratelimit-\w+(-\w+)?-remaining$/.test(name)) return name.replace(/remaining$/, 'reset');
  return null;
}

/** Seconds, an epoch in seconds or ms, a duration such as `6m0s` or `120ms`, or a date. */
function readReset(text: string | undefined, now: number): number | null {
  const value = text?.trim() ?? '';
  if (value === '') return null;
  const number = Number(value);
  if (number > 1e12) return number - now;
  if (number > 1e9) return number * 1000 - now;
  if (number >= 0) return number * 1000;
  const parts = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/.exec(value);
  if (parts) {
    const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = parts;
    return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(ms);
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : date - now;
}
