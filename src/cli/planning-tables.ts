import { formatUsd, NANO_PER_USD, type NanoUsd } from '../domain/money.ts';
import type { OptionReport } from '../planning/deployment-options.ts';
import { decimal } from '../planning/mix.ts';
import type { PlanKind, PlannedWorkload, TemplateReport } from '../planning/plan-costs.ts';
import { compare, multiply, type Ratio, ratio, toFixed, toNumber } from '../planning/ratio.ts';
import type { ReturnOnInvestment } from '../planning/return-on-investment.ts';
import { bar, tokens } from './format.ts';
import { plainLine } from './plain-text.ts';
import type { Printer } from './printer.ts';
import { type Column, renderTable } from './table.ts';

const BAR_CELLS = 8;
const CENT = NANO_PER_USD / 100;

/** Dollars as exactly as four places are, two at least: $2.232, $17.055, $3,492.00; amounts below a cent in their digits. */
export function dollars(amount: NanoUsd | null): string {
  if (amount === null) return 'unknown';
  if (amount !== 0 && Math.abs(amount) < CENT) return formatUsd(amount);
  const [whole = '0', fraction = ''] = toFixed(ratio(Math.abs(amount), NANO_PER_USD), 4).split('.');
  const places = fraction.replace(/0{1,2}$/, '');
  return `${amount < 0 ? '-' : ''}$${groupThousands(whole)}.${places}`;
}

/** 1234567 → `1,234,567`, from digits that need not be a number that a double can hold. */
export function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Exact nano-dollars with a fraction, in three significant digits or so. */
export function fineDollars(nano: Ratio | null): string {
  return nano === null ? '' : formatUsd(Math.round(toNumber(nano)) as NanoUsd);
}

/** A share as a percentage in two places: 96.28%. */
export function exactPercent(share: Ratio | null): string {
  return share === null ? '' : percentIn(2, share);
}

/** A share as a percentage in so many places, thousands apart. */
function percentIn(places: number, share: Ratio): string {
  const [whole = '', fraction = ''] = toFixed(multiply(share, ratio(100)), places).split('.');
  return `${groupThousands(whole)}${fraction === '' ? '' : `.${fraction}`}%`;
}

/** Workloads down, profiles (and what else was asked for) across: what a month costs. */
export function renderWorkloads(planned: readonly PlannedWorkload[], printer: Printer): string {
  const names = planned[0]?.lines.map(({ line }) => plainLine(line.mix.name)) ?? [];
  const columns: readonly Column[] = [
    { head: 'workload a month', flexible: true },
    { head: 'baseline', align: 'right' },
    ...names.map((head): Column => ({ head, align: 'right' })),
  ];
  const rows = planned.map(({ workload, baseline, lines }) => [
    workload.name,
    dollars(baseline.cost),
    ...lines.map(({ line }) => dollars(line.cost)),
  ]);
  const saved = names.map((_, index) => savedRange(planned.map(({ lines }) => lines[index]?.line.savedShare ?? null)));
  return renderTable(columns, [...rows, ['saved', '', ...saved].map(printer.colours.bold)], printer);
}

function savedRange(shares: readonly (Ratio | null)[]): string {
  const known = shares.filter((share) => share !== null).sort(compare);
  const [least, most] = [known.at(0), known.at(-1)];
  if (!least || !most) return '';
  const [from, to] = [exactPercent(least), exactPercent(most)];
  return from === to ? from : `${from.replace(/%$/, '')}–${to}`;
}

const HEADINGS: Readonly<Record<PlanKind, string>> = {
  profile: 'profiles',
  own: 'your mixes',
  offer: 'your offers',
  mix: 'mixes of the design documents',
  model: 'models alone',
};

/** One workload: every mix with its cost, saving and price per point of quality, by kind. */
export function renderPlannedWorkload({ lines }: PlannedWorkload, printer: Printer): string {
  const { bold, cyan } = printer.colours;
  const dearest = Math.max(1, ...lines.map(({ line }) => line.cost ?? 0));
  const rows: (readonly string[])[] = [];
  let heading: PlanKind | null = null;
  for (const { kind, line } of lines) {
    if (kind !== heading) rows.push([bold(HEADINGS[kind]), '', '', '', '', '', '']);
    heading = kind;
    rows.push([
      `  ${plainLine(line.mix.name)}`,
      dollars(line.cost),
      exactPercent(line.savedShare),
      dollars(line.annualSavings).replace(/^unknown$/, ''),
      line.costRatio ? `${toFixed(line.costRatio, 1)}×` : '',
      fineDollars(line.perQualityPoint),
      line.cost === null ? '' : cyan(bar(line.cost / dearest, BAR_CELLS)),
    ]);
  }
  return renderTable(
    [
      { head: 'who serves it', flexible: true },
      { head: 'a month', align: 'right' },
      { head: 'saved', align: 'right' },
      { head: 'a year', align: 'right' },
      { head: 'cheaper', align: 'right' },
      { head: '$/point', align: 'right' },
      { head: '' },
    ],
    rows,
    printer,
  );
}

/** What is paid whatever is used, beside what a request costs: only for the lines that have such a part. */
export function renderFixedCosts({ lines }: PlannedWorkload, printer: Printer): string | null {
  const rows = lines
    .filter(({ line }) => line.fixed !== null && line.fixed > 0)
    .map(({ line }) => [
      plainLine(line.mix.name),
      dollars(line.fixed),
      fineDollars(line.marginalPerRequest),
      fineDollars(line.perRequest),
      fineDollars(line.perMillionTokens),
    ]);
  if (rows.length === 0) return null;
  return renderTable(
    [
      { head: 'with fixed costs', flexible: true },
      { head: 'fixed a month', align: 'right' },
      { head: 'one more request', align: 'right' },
      { head: 'amortised', align: 'right' },
      { head: 'amortised /M tokens', align: 'right' },
    ],
    rows,
    printer,
  );
}

export function renderTemplates(reports: readonly TemplateReport[], printer: Printer): string {
  return renderTable(
    [
      { head: 'template' },
      { head: 'tokens', align: 'right' },
      { head: 'a month', align: 'right' },
      { head: 'budget', align: 'right' },
      { head: 'left', align: 'right' },
      { head: 'saved', align: 'right' },
      { head: 'who serves it', flexible: true },
    ],
    reports.map(({ template, workload, line, left }) => [
      template.name,
      `${tokens(workload.inputTokens)}/${tokens(workload.outputTokens)}`,
      dollars(line.cost),
      dollars(template.monthlyBudget),
      dollars(left),
      exactPercent(line.savedShare),
      line.mix.parts.map(({ offer, share }) => `${shortName(offer.name)} ${decimal(share)}`).join(', '),
    ]),
    printer,
  );
}

/** Without the maker: `deepseek/deepseek-chat` is `deepseek-chat`. */
function shortName(name: string): string {
  return plainLine(name.slice(name.lastIndexOf('/') + 1));
}

export function renderOptions(reports: readonly OptionReport[], printer: Printer): string {
  return renderTable(
    [
      { head: 'option', flexible: true },
      { head: 'a month', align: 'right' },
      { head: 'saved', align: 'right' },
      { head: 'saved %', align: 'right' },
      { head: 'a year', align: 'right' },
      { head: 'pays back in', align: 'right' },
    ],
    reports.map(({ option, saved, savedShare, annualSavings, roi }) => [
      option.name,
      dollars(option.monthly),
      dollars(saved),
      percentIn(1, savedShare),
      dollars(annualSavings),
      roi.paybackDays ? `${toFixed(roi.paybackDays, 2)} days` : 'never',
    ]),
    printer,
  );
}

/** Net and return at each horizon, with a bar; a loss that grows with each month has none, since it leads nowhere. */
export function renderReturn({ horizons, monthlySavings }: ReturnOnInvestment, printer: Printer): string {
  const { green, red } = printer.colours;
  const largest = Math.max(1, ...horizons.map(({ net }) => Math.abs(net)));
  return renderTable(
    [
      { head: 'after', align: 'right' },
      { head: 'net', align: 'right' },
      { head: 'return', align: 'right' },
      { head: '' },
    ],
    horizons.map(({ months, net, roi }) => {
      const size = monthlySavings < 0 ? '' : bar(Math.abs(net) / largest, 20).trimEnd();
      return [`${months} months`, dollars(net), roi ? returnPercent(roi) : '–', net < 0 ? red(size) : green(size)];
    }),
    printer,
  );
}

/** Two places up to tenfold, none beyond; no more than the whole investment can be lost of it. */
function returnPercent(share: Ratio): string {
  if (compare(share, ratio(-1)) < 0) return '< -100%';
  return percentIn(compare(share, ratio(10)) < 0 ? 2 : 0, share);
}
