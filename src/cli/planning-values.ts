import { FareboxError } from '../domain/errors.ts';
import { NANO_PER_USD, type NanoUsd } from '../domain/money.ts';
import type { MixText } from '../planning/mix.ts';
import { type GpuUse, type Offer, type OfferPrice, tokenPrice } from '../planning/offer.ts';
import { multiply, parseDecimal, type Ratio, ratio } from '../planning/ratio.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9 };
const MOST_TOKENS = 1_000_000_000_000_000n;
const MOST_DOLLARS = ratio(9_000_000);
/** A GPU that nobody uses is let go after five minutes. */
const IDLE_SECONDS = 300;

/** A parser for a whole number as people write it: 10M, 0.2M, 500k, 1,500, 10_000_000. */
export function wholeAmount(what: string): (text: string) => number {
  return (text) => {
    const match = /^(\d[\d,_]*\.?\d*|\.\d+)\s*([kmgb]?)$/i.exec(text.trim());
    const value = match && parseDecimal((match[1] ?? '').replace(/[,_]/g, ''));
    const whole = value && multiply(value, ratio(UNITS[(match[2] ?? '').toLowerCase()] ?? 1));
    if (whole && whole.denominator === 1n && whole.numerator <= MOST_TOKENS) return Number(whole.numerator);
    throw new FareboxError('invalid_request', `"${text}" is not a number of ${what}.`, {
      remedy: 'Give a whole number up to a quadrillion, for example 2500000, 2.5M or 500k.',
    });
  };
}

/** A parser for dollars, also fractions of a cent, down to a nano-dollar: 289.08, $7,000, 0.00162; below 0 only where told. */
export function dollarAmount(what: string, { negative = false } = {}): (text: string) => NanoUsd {
  return (text) => {
    const usd = parseDollars(text);
    if (usd && (negative || usd.numerator >= 0n)) {
      const amount = multiply(usd, ratio(NANO_PER_USD));
      if (amount.denominator === 1n) return Number(amount.numerator) as NanoUsd;
      throw new FareboxError('invalid_amount', `"${text}" has a fraction of a nano-dollar.`, {
        remedy: 'Give at most nine places after the point.',
      });
    }
    throw new FareboxError('invalid_amount', `"${text}" is not an amount of dollars for ${what}.`, {
      remedy: `Give a number ${negative ? 'of at most' : 'from 0 to'} 9,000,000, for example 289.08.`,
    });
  };
}

/** Plain or with a dollar sign, thousands apart or not; null for anything else, and beyond 9 million. */
function parseDollars(text: string): Ratio | null {
  const match = /^(-?)\$?(\d+|\d{1,3}(?:,\d{3})+)?(\.\d+)?$/.exec(text.trim());
  if (!match || (match[2] === undefined && match[3] === undefined)) return null;
  const value = parseDecimal(`${match[1]}${(match[2] ?? '0').replaceAll(',', '')}${match[3] ?? ''}`);
  const size = value && (value.numerator < 0n ? -value.numerator : value.numerator);
  return value && size !== null && size <= MOST_DOLLARS.numerator * value.denominator ? value : null;
}

/** `a=0.6,b=0.4`, `mine: a=60%,b=40%` or `scenario2`. Throws `invalid_request`. */
export function parseMixText(text: string): MixText {
  if (!text.includes('=')) return { kind: 'named', name: text.trim() };
  const [, label, list = ''] = /^(?:([\w. -]+):\s+)?(.*)$/s.exec(text.trim()) ?? [];
  const parts = list.split(',').map((part) => {
    const at = part.lastIndexOf('=');
    const model = part.slice(0, at).trim();
    const written = part.slice(at + 1).trim();
    const value = parseDecimal(written.replace(/\s*%$/, ''));
    if (at < 1 || model === '' || !value || value.numerator < 0n) {
      throw new FareboxError('invalid_request', `"${part.trim()}" is not a part of a mix.`, {
        remedy: 'Write MODEL=SHARE, for example deepseek/deepseek-chat=0.6,qwen/qwen-2.5-coder-32b-instruct=0.4.',
      });
    }
    return { model, share: written.endsWith('%') ? multiply(value, ratio(1, 100)) : value };
  });
  return { kind: 'own', name: label ?? 'own mix', parts };
}

const OFFER_KINDS = `  tokens:IN/OUT          dollars per million tokens
  request:USD            dollars a request
  flat:USD               dollars a month, whatever is used
  gpu:USD/255h           dollars an hour, 255 hours a month
  gpu:USD/2s             … as long as requests of 2 seconds keep it up, and 300 s idle
  quota:1000req[+IN/OUT] free requests a day (1M tok: tokens), then dollars per million tokens`;

/** `copilot=flat:20` → an offer of that name. Throws `invalid_request` that lists the kinds of price. */
export function parseOffer(text: string): Offer {
  const [, name = '', kind = '', rest = ''] = /^\s*([^=]+?)\s*=\s*([a-z]+)\s*:\s*(.+?)\s*$/i.exec(text) ?? [];
  const price = offerPrice(kind.toLowerCase(), rest);
  if (name !== '' && price) return { name, price, quality: null };
  throw new FareboxError('invalid_request', `"${text}" is not an offer.`, {
    remedy: `Write NAME=KIND:PRICE, where KIND:PRICE is one of\n${OFFER_KINDS}`,
  });
}

const usd = dollarAmount('an offer');

function offerPrice(kind: string, rest: string): OfferPrice | null {
  switch (kind) {
    case 'tokens': {
      const price = perMillion(rest);
      return price && { kind: 'usage', price };
    }
    case 'request':
      return { kind: 'usage', price: tokenPrice(0, 0, usd(rest)) };
    case 'flat':
      return { kind: 'flat', monthly: usd(rest) };
    case 'gpu': {
      const [, hourly, value, unit] = /^(.+)\/(\d+(?:\.\d+)?)\s*(h|s)$/i.exec(rest) ?? [];
      const use = value === undefined ? null : gpuUse(Number(value), unit);
      return hourly !== undefined && use ? { kind: 'gpu', hourly: usd(hourly), use } : null;
    }
    case 'quota': {
      const [, free, unit, beyond] = /^([\d.,_]+[kmgb]?)\s*(req|tok)\w*(?:\/day)?(?:\s*\+\s*(.+))?$/i.exec(rest) ?? [];
      if (free === undefined) return null;
      const price = beyond === undefined ? null : perMillion(beyond);
      if (beyond !== undefined && !price) return null;
      const isTokens = unit?.toLowerCase() === 'tok';
      const what = isTokens ? ('tokens' as const) : ('requests' as const);
      return { kind: 'quota', perDay: wholeAmount(`${what} a day`)(free), unit: what, beyond: price };
    }
    default:
      return null;
  }
}

/** A month has 720 hours of 30 days, or 744 of 31. */
const HOURS_OF_A_MONTH = 744;

function gpuUse(value: number, unit: string | undefined): GpuUse | null {
  if (unit?.toLowerCase() === 's') return { secondsPerRequest: value, idleSeconds: IDLE_SECONDS };
  if (value <= HOURS_OF_A_MONTH) return { hours: value };
  throw new FareboxError('invalid_request', `A month has no ${value} hours.`, {
    remedy: `Give at most ${HOURS_OF_A_MONTH}; for several GPUs, raise the price.`,
  });
}

function perMillion(text: string) {
  const [input, output, ...more] = text.split('/');
  if (input === undefined || output === undefined || more.length > 0) return null;
  return tokenPrice(usd(input) / NANO_PER_USD, usd(output) / NANO_PER_USD);
}

/** A score of quality, 0 to 100. Throws `invalid_request`. */
export function qualityScore(text: string): number {
  const score = text.trim() === '' ? Number.NaN : Number(text);
  if (score >= 0 && score <= 100) return score;
  throw new FareboxError('invalid_request', `"${text}" is not a score of quality.`, {
    remedy: 'Give a number from 0 to 100.',
  });
}
