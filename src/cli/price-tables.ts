import { type PriceComparison, SUSPICIOUS_FACTOR } from '../catalogue/compare-prices.ts';
import { isStale } from '../catalogue/price-age.ts';
import type { Deployment } from '../domain/deployment.ts';
import { formatUsd, type NanoUsd, nano } from '../domain/money.ts';
import type { Price } from '../domain/price.ts';
import { isoTime } from '../lib/clock.ts';
import { isSuspicious } from '../pipeline/views/describe-prices.ts';
import type { PricePeriod } from '../spend/price-register.ts';
import type { RepricedLine } from '../spend/reprice.ts';
import { count, minute } from './format.ts';
import { plainLine } from './plain-text.ts';
import type { Printer } from './printer.ts';
import { type Column, renderTable } from './table.ts';

const RATE_COLUMNS: readonly Column[] = [
  { head: '$ in/M', align: 'right' },
  { head: '$ out/M', align: 'right' },
  { head: 'cached', align: 'right' },
  { head: 'written', align: 'right' },
];

export function renderPrices(offered: readonly Deployment[], now: number, printer: Printer): string {
  const { yellow } = printer.colours;
  const rows = offered.map(({ id, price, freeQuota }) => [
    plainLine(id),
    ...rateCells(price),
    price?.source ?? '',
    price === null ? '' : isStale(price, now) ? yellow(`${price.asOf} stale`) : (price.asOf ?? 'not said'),
    price === null ? '' : [freeQuota && 'free quota first', extras(price)].filter(Boolean).join(', '),
  ]);
  const more = [{ head: 'source' }, { head: 'as of' }, { head: 'besides' }];
  return renderTable([{ head: 'model', flexible: true }, ...RATE_COLUMNS, ...more], rows, printer);
}

/** Rates in dollars per million tokens; a bucket without a price of its own is empty. */
function rateCells(price: Price | null): readonly string[] {
  if (price === null) return ['unknown', 'unknown', '', ''];
  const { input, output, cacheRead, cacheWrite5m } = price.rates;
  const cell = (rate: number | null) => (rate === null ? '' : formatUsd(rate as NanoUsd).slice(1));
  return [cell(input), cell(output), cell(cacheRead), cell(cacheWrite5m)];
}

/** What a price has beside rates. */
function extras({ perRequest, tiers, fixed }: Price): string {
  return [
    perRequest > 0 && `${formatUsd(perRequest)} a request`,
    tiers.length > 0 && `dearer from ${tiers.map(({ fromInputTokens }) => count(fromInputTokens)).join(', ')} tokens`,
    fixed?.kind === 'flat' && `${formatUsd(fixed.monthly)} a month`,
    fixed?.kind === 'gpu' && `${formatUsd(fixed.hourly)} an hour, ${fixed.idleTimeoutMs / 1000} s idle`,
    fixed?.account && `shared as ${plainLine(fixed.account)}`,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ');
}

export function renderComparisons(comparisons: readonly PriceComparison[], now: number, printer: Printer): string {
  const { red, yellow, green } = printer.colours;
  const rows = comparisons.map(({ deployment, own, listed, differences }) => {
    const marks = [
      isSuspicious(differences) && red(`over ${SUSPICIOUS_FACTOR}×`),
      isStale(own, now) && yellow('stale'),
    ].filter((mark) => typeof mark === 'string');
    const verdict = marks.length > 0 ? marks.join(', ') : differences.length > 0 ? 'differs' : green('same');
    return [plainLine(deployment), ...pairCells(own, listed), verdict];
  });
  const columns: readonly Column[] = [
    { head: 'model', flexible: true },
    { head: '$ in/M', align: 'right' },
    { head: 'listed', align: 'right' },
    { head: '$ out/M', align: 'right' },
    { head: 'listed', align: 'right' },
    { head: 'verdict' },
  ];
  return renderTable(columns, rows, printer);
}

function pairCells(own: Price, listed: Price): readonly string[] {
  const [mine, theirs] = [rateCells(own), rateCells(listed)];
  return [mine[0] ?? '', theirs[0] ?? '', mine[1] ?? '', theirs[1] ?? ''];
}

export function renderPeriods(periods: readonly PricePeriod[], printer: Printer): string {
  const rows = periods.map(({ provider, model, since, seenAt, price, hash }) => [
    plainLine(`${provider}/${model}`),
    minute(isoTime(since)),
    minute(isoTime(seenAt)),
    ...rateCells(price).slice(0, 3),
    price.source,
    price.asOf ?? 'not said',
    hash.slice(0, 8),
    extras(price),
  ]);
  const columns: readonly Column[] = [
    { head: 'model', flexible: true },
    { head: 'from (UTC)' },
    { head: 'last seen' },
    ...RATE_COLUMNS.slice(0, 3),
    { head: 'source' },
    { head: 'as of' },
    { head: 'hash' },
    { head: 'besides' },
  ];
  return renderTable(columns, rows, printer);
}

export function renderRepriced(lines: readonly RepricedLine[], printer: Printer): string {
  const cells = (name: string, line: Omit<RepricedLine, 'provider' | 'model'>) => [
    name,
    count(line.attempts),
    formatUsd(line.booked),
    formatUsd(line.repriced),
    formatUsd(nano(line.repriced - line.booked)),
    line.left === 0 ? '' : `${count(line.left)} (${formatUsd(line.leftBooked)})`,
  ];
  const rows = lines.map((line) => cells(plainLine(`${line.provider}/${line.model}`), line));
  if (lines.length > 1) rows.push(cells('total', totalOf(lines)).map(printer.colours.bold));
  const columns: readonly Column[] = [
    { head: 'model', flexible: true },
    { head: 'attempts', align: 'right' },
    { head: 'booked', align: 'right' },
    { head: 'again', align: 'right' },
    { head: 'difference', align: 'right' },
    { head: 'not priced again', align: 'right' },
  ];
  return renderTable(columns, rows, printer);
}

/** Sums of the figures of all lines. */
export function totalOf(lines: readonly RepricedLine[]): Omit<RepricedLine, 'provider' | 'model'> {
  const sum = (figure: (line: RepricedLine) => number) => nano(lines.reduce((total, line) => total + figure(line), 0));
  return {
    attempts: sum(({ attempts }) => attempts),
    booked: sum(({ booked }) => booked),
    repriced: sum(({ repriced }) => repriced),
    left: sum(({ left }) => left),
    leftBooked: sum(({ leftBooked }) => leftBooked),
  };
}
