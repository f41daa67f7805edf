import { Argument, type Command, Option } from 'commander';
import { FareboxError } from '../../domain/errors.ts';
import { namedWorkload } from '../../planning/plan-costs.ts';
import { monthlyWorkload, requestWorkload, WORKLOADS, type Workload } from '../../planning/workload.ts';
import { calcClaims, calcOptions, calcTemplates } from '../calc-views.ts';
import { calcWorkloads } from '../calc-workloads.ts';
import type { CliContext, RunCommand } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { wholeAmount } from '../planning-values.ts';

/** What `calc` was asked, its numbers read. */
export interface CalcOptions {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly requestsPerDay?: number;
  readonly input?: number;
  readonly output?: number;
  readonly mix?: readonly string[];
  readonly offer?: readonly string[];
  readonly baseline?: string;
  readonly templates?: boolean;
  readonly options?: boolean;
  readonly claims?: boolean;
}

const EXAMPLES = `
Examples:
  farebox calc                      the eight workloads on each profile
  farebox calc medium_50M_10M       one of them, with every mix and model
  farebox calc --input-tokens 12M --output-tokens 3M --mix "deepseek-chat=0.7,glm-4-9b:free=0.3"
  farebox calc --requests-per-day 1500 --input 2000 --output 300 --offer "copilot=flat:20"

Prices of an --offer, as NAME=KIND:PRICE:
  tokens:0.15/0.60          dollars per million tokens, in and out
  request:0.01              dollars a request
  flat:20                   dollars a month, whatever is used
  gpu:3.50/255h             dollars an hour, so many hours a month
  gpu:3.50/2s               … as long as requests of 2 s keep it up, and 300 s of waiting after each
  quota:1000req             free requests a day (quota:1Mtok: tokens)
  quota:1000req+0.46/0.46   … and the price of what goes beyond, as in tokens:`;

const NAMES = WORKLOADS.map(({ name }) => name);

const each = (value: string, previous: readonly string[] = []) => [...previous, value];

export function addCalcCommand(program: Command, run: RunCommand): void {
  program
    .command('calc')
    .description('what a workload would cost on each profile, mix and model; nothing is sent')
    .addArgument(
      new Argument('[workload]', 'one of these; default: all of them, side by side')
        .choices(NAMES)
        // A wrong name gets our own answer, which names the nearest.
        .argParser((name) => name),
    )
    .option('--input-tokens <tokens>', 'own workload: input tokens a month, such as 10M', wholeAmount('tokens'))
    .option('--output-tokens <tokens>', 'own workload: output tokens a month', wholeAmount('tokens'))
    .option('--requests-per-day <number>', 'own workload: requests a day, 30 days a month', wholeAmount('requests'))
    .option('--input <tokens>', 'input tokens of each of these requests', wholeAmount('tokens'))
    .option('--output <tokens>', 'output tokens of each of these requests', wholeAmount('tokens'))
    .option('--mix <shares>', 'also this mix: MODEL=0.6,MODEL=0.4, or the name of one; may be repeated', each)
    .option('--offer <price>', 'also this offer, with a price of its own; may be repeated', each)
    .option('--baseline <model>', "what savings are measured against (default: the configuration's)")
    .addOption(
      new Option('--templates', 'templates for a startup, a small business, an enterprise').conflicts([
        'options',
        'claims',
      ]),
    )
    .addOption(new Option('--options', 'the options of the local-brain design, with their flows').conflicts(['claims']))
    .option('--claims', 'each figure of the design documents beside the recomputed one, with a verdict')
    .addHelpText('after', EXAMPLES)
    .action((name: string | undefined, options: CalcOptions) => run((context) => calc(context, name, options)));
}

async function calc(context: CliContext, name: string | undefined, options: CalcOptions): Promise<ExitCode> {
  refuseIgnored(name, options);
  if (options.claims) return calcClaims(context);
  if (options.options) return calcOptions(context, options.requestsPerDay ?? null);
  if (options.templates) return calcTemplates(context, options.baseline);
  return calcWorkloads(context, chosenWorkload(name, options), options);
}

/** What `--claims`, `--options` and `--templates` do not look at must not be given beside them. */
function refuseIgnored(name: string | undefined, options: CalcOptions): void {
  const { claims, options: threeOptions, templates, requestsPerDay, baseline, ...rest } = options;
  const view = claims ? '--claims' : threeOptions ? '--options' : templates ? '--templates' : null;
  if (view === null) return;
  const isIgnored =
    name !== undefined ||
    Object.keys(rest).length > 0 ||
    (requestsPerDay !== undefined && view !== '--options') ||
    (baseline !== undefined && view !== '--templates');
  if (!isIgnored) return;
  throw new FareboxError('invalid_request', `${view} has figures of its own: it takes no workload, mix or offer.`, {
    remedy: `Leave out ${view}, or what stands beside it.`,
  });
}

/** The one workload that was asked for; null: all eight. Throws `invalid_request` for half a workload, or two. */
export function chosenWorkload(name: string | undefined, options: CalcOptions): Workload | null {
  const { inputTokens, outputTokens, requestsPerDay, input, output } = options;
  const isMonthly = inputTokens !== undefined || outputTokens !== undefined;
  const isByRequest = requestsPerDay !== undefined || input !== undefined || output !== undefined;
  if (Number(name !== undefined) + Number(isMonthly) + Number(isByRequest) > 1) {
    throw new FareboxError('invalid_request', 'This describes more than one workload.', {
      remedy: 'Give a name, or tokens a month, or requests a day with their tokens.',
    });
  }
  if (isMonthly) {
    if (inputTokens === undefined || outputTokens === undefined)
      throw halfWorkload('--input-tokens', '--output-tokens');
    return monthlyWorkload('own workload', inputTokens, outputTokens);
  }
  if (!isByRequest) return name === undefined ? null : namedWorkload(name);
  if (requestsPerDay === undefined || (input === undefined && output === undefined)) {
    throw new FareboxError('invalid_request', 'A workload by requests needs their number and their tokens.', {
      remedy: 'Give --requests-per-day together with --input and --output.',
    });
  }
  if (input === undefined || output === undefined) throw halfWorkload('--input', '--output');
  return requestWorkload('own workload', requestsPerDay, { inputTokens: input, outputTokens: output });
}

function halfWorkload(input: string, output: string): FareboxError {
  return new FareboxError('invalid_request', 'A workload needs its input tokens and its output tokens.', {
    remedy: `Give ${input} and ${output}; 0 for one that there is none of.`,
  });
}
