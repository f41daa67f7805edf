import { formatUsd, type NanoUsd, toUsd } from '../../domain/money.ts';
import { knownCost, type ReportLine } from '../../spend/reports.ts';

/** A saved share (0 to 1) as every surface writes it, e.g. `98.9%`: cut, not rounded, so that it never claims more. */
export function savedShare(share: number): string {
  return `${Math.trunc(share * 1000 + Number.EPSILON) / 10}%`;
}

/**
 * An amount as it leaves farebox: a JSON number of dollars for people and charts, and the exact integer beside it.
 * An unknown amount is null in both, never 0.
 */
export function usdPair<Name extends string>(
  name: Name,
  amount: NanoUsd | null,
): Readonly<Record<`${Name}_usd` | `${Name}_nano_usd`, number | null>> {
  return {
    [`${name}_usd`]: amount === null ? null : toUsd(amount),
    [`${name}_nano_usd`]: amount,
  } as Readonly<Record<`${Name}_usd` | `${Name}_nano_usd`, number | null>>;
}

/** What a line of a report cost, for a cell of text: `$0.12`, `$0.12 + ?`, `unknown`; never $0 for want of knowledge. */
export function costCell(line: Pick<ReportLine, 'cost' | 'unknownCostAttempts'>): string {
  const known = knownCost(line);
  if (known === null) return 'unknown';
  return line.unknownCostAttempts > 0 ? `${formatUsd(known)} + ?` : formatUsd(known);
}
