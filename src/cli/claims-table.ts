import type { AuditedClaim, Unit } from '../planning/claims/claim.ts';
import { parseDecimal, type Ratio, toFixed } from '../planning/ratio.ts';
import { plural } from './format.ts';
import { groupThousands } from './planning-tables.ts';
import type { Printer } from './printer.ts';
import { renderTable } from './table.ts';

/** Decimal places in which a figure is shown beside a claim of coarser ones; zeros at the end are left out. */
const PLACES: Readonly<Record<Unit, number>> = {
  usd: 3,
  percent: 2,
  months: 2,
  days: 2,
  tokens: 0,
  count: 0,
};

/** Each claim of one source: what is claimed, what follows, the verdict, and why it may have come about. */
export function renderClaims(audited: readonly AuditedClaim[], printer: Printer): string {
  const { green, red, yellow } = printer.colours;
  const paint = (verdict: AuditedClaim['verdict']) => {
    if (verdict === 'same' || verdict === 'met') return green(verdict);
    return ['possible', 'rounding', 'trivially met', 'not recomputed'].includes(verdict)
      ? yellow(verdict)
      : red(verdict);
  };
  return renderTable(
    [
      { head: 'what is claimed', flexible: true },
      { head: 'claimed', align: 'right' },
      { head: 'recomputed', align: 'right' },
      { head: 'verdict' },
    ],
    audited.map((row) => [
      row.why ? `${row.claim.subject} (${row.why})` : row.claim.subject,
      claimedFigure(row),
      recomputedFigure(row),
      paint(row.verdict),
    ]),
    printer,
  );
}

function claimedFigure({ claim }: AuditedClaim): string {
  if (claim.unit === 'name') return familyOf(claim.claimed);
  const places = claim.claimed.includes('.') ? claim.claimed.split('.')[1]?.length : 0;
  return withUnit(toFixed(parseDecimal(claim.claimed.replaceAll(',', '')) ?? ZERO, places ?? 0), claim.unit);
}

function recomputedFigure({ claim, recomputed }: AuditedClaim): string {
  if (typeof recomputed === 'string') return familyOf(recomputed);
  if (claim.unit === 'name' || recomputed.length === 0) return '–';
  const { unit } = claim;
  const written = claim.claimed.split('.')[1]?.length ?? 0;
  const figures = recomputed.map((value) => shown(value, written, unit));
  return figures.length === 2 && figures[0] !== figures[1]
    ? `${withUnit(figures[0] ?? '', unit === 'percent' ? 'count' : unit)}…${withUnit(figures[1] ?? '', unit)}`
    : withUnit(figures[0] ?? '', unit);
}

const ZERO: Ratio = { numerator: 0n, denominator: 1n };

/** At least as many places as the claim has; small prices in as many as they need. */
function shown(value: Ratio, written: number, unit: Unit): string {
  const places = Math.max(written, PLACES[unit]);
  const isSmall = unit === 'usd' && value.numerator !== 0n && value.numerator * 100n < value.denominator;
  const text = toFixed(value, isSmall ? Math.max(places, 6) : places);
  if (!text.includes('.')) return text;
  const short = text.replace(/0+$/, '');
  const least = unit === 'usd' && !isSmall && !short.endsWith('.') ? Math.max(2, written) : 0;
  const [whole = '', fraction = ''] = short.split('.');
  return least + fraction.length === 0 ? whole : `${whole}.${fraction.padEnd(least, '0')}`;
}

function withUnit(figure: string, unit: Unit): string {
  const [whole = '', fraction] = figure.split('.');
  const grouped = groupThousands(whole);
  const number = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  switch (unit) {
    case 'usd':
      return number.startsWith('-') ? `-$${number.slice(1)}` : `$${number}`;
    case 'percent':
      return `${number}%`;
    case 'months':
    case 'days':
      return `${number} ${unit}`;
    case 'tokens':
    case 'count':
      return number;
  }
}

/** The family of a model: `qwen/qwen-2.5-coder-32b-instruct` is `qwen`. */
function familyOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).split('-')[0] ?? name;
}

/** `23 same, 9 wrong …`, the most frequent first. */
export function countVerdicts(audited: readonly AuditedClaim[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of audited) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([verdict, number]) => `${number} ${verdict}`);
  return `${plural(audited.length, 'claim')}: ${parts.join(', ')}.`;
}
