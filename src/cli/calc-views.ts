import { usdPair } from '../pipeline/views/describe-money.ts';
import { times } from '../planning/amounts.ts';
import { auditClaims } from '../planning/audit-claims.ts';
import { CLAIM_SOURCES } from '../planning/claims/claim.ts';
import { documentWorld } from '../planning/claims/document-world.ts';
import {
  BRAIN_GPU,
  CURRENT_MONTHLY,
  DEPLOYMENT_OPTIONS,
  reportOption,
  TRAINING_INVESTMENT,
} from '../planning/deployment-options.ts';
import { requireOffer } from '../planning/document-prices.ts';
import {
  blendedQueryCost,
  DIARY_MIX,
  FLOWS,
  type FlowMix,
  HANDOVER_MIX,
  monthlyFlowCost,
} from '../planning/flow-costs.ts';
import { reportTemplates } from '../planning/plan-costs.ts';
import { pricedOffers } from './calc-workloads.ts';
import { countVerdicts, renderClaims } from './claims-table.ts';
import { type CliContext, engineOptions, printJson } from './context.ts';
import { describeClaim, describeFlow, describeFlowMix, describeOption, describeTemplate } from './describe-planning.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { count, money } from './format.ts';
import { dollars, fineDollars, renderOptions, renderTemplates } from './planning-tables.ts';
import type { Printer } from './printer.ts';
import { renderFacts, renderTable, wrapWords } from './table.ts';

/** `calc --claims`. */
export async function calcClaims(context: CliContext): Promise<ExitCode> {
  const audited = auditClaims(documentWorld());
  const { stdout } = context;
  if (context.json) await printJson(context, { claims: audited.map(describeClaim) });
  else {
    for (const source of CLAIM_SOURCES) {
      await stdout.line(stdout.colours.bold(source));
      await stdout.line(
        renderClaims(
          audited.filter(({ claim }) => claim.source === source),
          stdout,
        ),
      );
      await stdout.line();
    }
    for (const line of wrapWords(countVerdicts(audited), stdout.width)) await stdout.line(line);
  }
  return EXIT.done;
}

/** `calc --templates`. */
export async function calcTemplates(context: CliContext, named: string | undefined): Promise<ExitCode> {
  const config = await context.deps.loadConfig(engineOptions(context));
  const baseline = named ?? config.policy.baselineModel;
  const offers = await pricedOffers(context, config, { offers: [], mixes: [] }, baseline);
  const reports = reportTemplates(offers, requireOffer(offers, baseline));
  if (context.json) await printJson(context, { baseline, templates: reports.map(describeTemplate) });
  else await context.stdout.line(renderTemplates(reports, context.stdout));
  return EXIT.done;
}

const QUERIES_PER_DAY = [1000, 1500];

/** `calc --options`: the three architectures, their seven flows, and what the flows cost at so many queries a day. */
export async function calcOptions(context: CliContext, queriesPerDay: number | null): Promise<ExitCode> {
  const { stdout } = context;
  const reports = DEPLOYMENT_OPTIONS.map((option) => reportOption(option, CURRENT_MONTHLY, TRAINING_INVESTMENT));
  const rates = queriesPerDay === null ? QUERIES_PER_DAY : [queriesPerDay];
  const mixes = [DIARY_MIX, HANDOVER_MIX];
  const gpu = times(BRAIN_GPU.hourly, BRAIN_GPU.hours, 'GPU cost');
  if (context.json) {
    await printJson(context, {
      ...usdPair('current_monthly', CURRENT_MONTHLY),
      options: reports.map(describeOption),
      flows: FLOWS.map(describeFlow),
      flow_mixes: mixes.map((mix) => describeFlowMix(mix, rates)),
      gpu: { hours: BRAIN_GPU.hours, ...usdPair('hourly', BRAIN_GPU.hourly), ...usdPair('monthly', gpu) },
    });
    return EXIT.done;
  }
  const { bold } = stdout.colours;
  await stdout.line(
    `${bold('Options')}, against ${dollars(CURRENT_MONTHLY)} a month; ${dollars(TRAINING_INVESTMENT)} are invested\n`,
  );
  await stdout.line(renderOptions(reports, stdout));
  const served = DEPLOYMENT_OPTIONS.map(({ name, served: by }) => [name, by] as const);
  await stdout.line(`\n${renderFacts(served, stdout)}`);
  await stdout.line(`\n${renderFlows(stdout)}`);
  await stdout.line(`\n${renderFlowMixes(mixes, rates, stdout)}`);
  const hosting = `The monthly costs of the options are those of the design documents. ${BRAIN_GPU.hours} GPU hours at ${dollars(BRAIN_GPU.hourly)} would alone be ${dollars(gpu)} a month.`;
  await stdout.line();
  for (const line of wrapWords(hosting, stdout.width)) await stdout.line(line);
  return EXIT.done;
}

function renderFlows(printer: Printer): string {
  return renderTable(
    [
      { head: 'flow' },
      { head: 'seconds', align: 'right' },
      { head: 'a query', align: 'right' },
      { head: 'tools', flexible: true },
    ],
    FLOWS.map(({ name, latency: [from, to], cost: [least, most], tools }) => [
      name,
      `${from}–${to}`,
      least === most ? money(least) : `${money(least)}–${money(most)}`,
      tools,
    ]),
    printer,
  );
}

function renderFlowMixes(mixes: readonly FlowMix[], rates: readonly number[], printer: Printer): string {
  return renderTable(
    [
      { head: 'mix of flows', flexible: true },
      { head: 'a query', align: 'right' },
      ...rates.map((rate) => ({ head: `a month, ${count(rate)} a day`, align: 'right' as const })),
      { head: 'shares, %' },
    ],
    mixes.map((mix) => [
      mix.name,
      fineDollars(blendedQueryCost(mix)),
      ...rates.map((rate) => dollars(monthlyFlowCost(mix, rate))),
      mix.classes.map(({ share }) => `${Math.round(share * 100)}`).join('/'),
    ]),
    printer,
  );
}
