import type { Command } from 'commander';
import { FareboxError } from '../../domain/errors.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { toFixed } from '../../planning/ratio.ts';
import { type ReturnOnInvestment, returnOnInvestment } from '../../planning/return-on-investment.ts';
import { type CliContext, printJson, type RunCommand } from '../context.ts';
import { describeReturn } from '../describe-planning.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { dollars, renderReturn } from '../planning-tables.ts';
import { dollarAmount } from '../planning-values.ts';

interface RoiOptions {
  readonly investment: NanoUsd;
  readonly monthlySavings?: NanoUsd;
  readonly before?: NanoUsd;
  readonly after?: NanoUsd;
}

const EXAMPLES = `
Examples:
  farebox roi --investment 7000 --monthly-savings 289.08
  farebox roi --investment 20 --before 450 --after 84`;

export function addRoiCommand(program: Command, run: RunCommand): void {
  program
    .command('roi')
    .description('when an investment breaks even, and what it returns after 6, 12, 24 and 36 months')
    .requiredOption('--investment <usd>', 'what is spent once', dollarAmount('an investment'))
    .option('--monthly-savings <usd>', 'what is saved each month', dollarAmount('savings', { negative: true }))
    .option('--before <usd>', 'instead: what is paid a month without the investment', dollarAmount('a month'))
    .option('--after <usd>', 'and with it', dollarAmount('a month'))
    .addHelpText('after', EXAMPLES)
    .action((options: RoiOptions) => run((context) => roi(context, options)));
}

async function roi(context: CliContext, options: RoiOptions): Promise<ExitCode> {
  const found = returnOnInvestment(options.investment, monthlySavings(options));
  if (context.json) await printJson(context, describeReturn(found));
  else await printReturn(context, found);
  return EXIT.done;
}

function monthlySavings({ monthlySavings: given, before, after }: RoiOptions): NanoUsd {
  const isPair = before !== undefined && after !== undefined;
  const isHalf = (before !== undefined || after !== undefined) && !isPair;
  if (!isHalf && isPair !== (given !== undefined)) return given ?? (((before ?? 0) - (after ?? 0)) as NanoUsd);
  throw new FareboxError('invalid_request', 'What is saved each month is not clear.', {
    remedy: 'Give --monthly-savings, or --before together with --after.',
  });
}

async function printReturn({ stdout }: CliContext, found: ReturnOnInvestment): Promise<void> {
  const { investment, monthlySavings: saved, breakEvenMonths, paybackDays } = found;
  const { bold } = stdout.colours;
  const effect = saved < 0 ? `costs ${dollars(-saved as NanoUsd)} more a month` : `saves ${dollars(saved)} a month`;
  await stdout.line(`${dollars(investment)} invested, ${effect}`);
  const when =
    breakEvenMonths && paybackDays
      ? `breaks even after ${toFixed(breakEvenMonths, 2)} months (${toFixed(paybackDays, 2)} days)`
      : `never breaks even: ${saved < 0 ? 'it costs more than it saves' : 'nothing is saved'}`;
  await stdout.line(`${bold(when)}\n`);
  await stdout.line(renderReturn(found, stdout));
}
