import type { Config } from '../config/config.ts';
import { lowestPerQualityPoint } from '../planning/cost-line.ts';
import { requireOffer } from '../planning/document-prices.ts';
import { type MixText, wholeMix } from '../planning/mix.ts';
import type { Offer } from '../planning/offer.ts';
import {
  documentMixes,
  ownMix,
  type PlannedMix,
  type PlannedWorkload,
  planWorkload,
  profileMixes,
  singleModels,
} from '../planning/plan-costs.ts';
import { configuredOffers, missingOffers, unpricedModels, withCatalogue } from '../planning/price-source.ts';
import { WORKLOADS, type Workload } from '../planning/workload.ts';
import { type CliContext, engineOptions, printJson, withEngine } from './context.ts';
import { describeWorkload } from './describe-planning.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { count } from './format.ts';
import { plainLine } from './plain-text.ts';
import { dollars, fineDollars, renderFixedCosts, renderPlannedWorkload, renderWorkloads } from './planning-tables.ts';
import { parseMixText, parseOffer } from './planning-values.ts';
import { wrapWords } from './table.ts';

interface WorkloadOptions {
  readonly mix?: readonly string[];
  readonly offer?: readonly string[];
  readonly baseline?: string;
}

/** One workload in full, or (null) the eight side by side. */
export async function calcWorkloads(
  context: CliContext,
  workload: Workload | null,
  options: WorkloadOptions,
): Promise<ExitCode> {
  const config = await context.deps.loadConfig(engineOptions(context));
  const asked = { offers: (options.offer ?? []).map(parseOffer), mixes: (options.mix ?? []).map(parseMixText) };
  const baseline = options.baseline ?? config.policy.baselineModel;
  const offers = await pricedOffers(context, config, asked, baseline);
  const { mixes, notes } = chooseMixes(config, offers, asked, workload !== null);
  const against = requireOffer(offers, baseline);
  const planned = (workload ? [workload] : WORKLOADS).map((each) => planWorkload(each, mixes, against));
  if (context.json) await printJson(context, { workloads: planned.map(describeWorkload), notes });
  else {
    const [only] = planned;
    if (workload && only) await printWorkload(context, only);
    else await printWorkloads(context, planned);
    for (const note of notes) await context.stderr.line(`${context.stderr.colours.yellow('note')} ${plainLine(note)}`);
  }
  return EXIT.done;
}

interface Asked {
  readonly offers: readonly Offer[];
  readonly mixes: readonly MixText[];
}

/** Prices of everything that takes part. The catalogue is opened only where the configuration does not know a price. */
export async function pricedOffers(
  context: CliContext,
  config: Config,
  asked: Asked,
  baseline: string,
): Promise<ReadonlyMap<string, Offer>> {
  const offers = configuredOffers(config, asked.offers);
  const named = asked.mixes.flatMap((mix) => (mix.kind === 'own' ? mix.parts.map(({ model }) => model) : []));
  const missing = missingOffers(offers, [baseline, ...named]);
  const wished = missingOffers(offers, unpricedModels(config));
  if (missing.length + wished.length === 0) return offers;
  return withEngine(context, async ({ catalogue }) => withCatalogue(offers, { missing, wished }, catalogue));
}

/** Profiles, then what was asked for, then (in full) the documents' mixes and each model alone. */
function chooseMixes(config: Config, offers: ReadonlyMap<string, Offer>, asked: Asked, inFull: boolean) {
  const { mixes: profiles, notes } = profileMixes(config, offers);
  const own = asked.mixes.map((text): PlannedMix => ({ kind: 'own', mix: ownMix(text, offers) }));
  const alone = asked.offers.map((offer): PlannedMix => ({ kind: 'offer', mix: wholeMix(offer.name, offer) }));
  const mixes = [...profiles, ...own, ...alone];
  if (!inFull) return { mixes, notes };
  const full = [...mixes, ...documentMixes(offers)];
  const models = singleModels(full.filter(({ kind }) => kind !== 'offer'));
  const isAsked = ({ mix }: PlannedMix) => asked.offers.some(({ name }) => name === mix.name);
  return { mixes: [...full, ...models.filter((model) => !isAsked(model))], notes };
}

async function printWorkloads({ stdout }: CliContext, planned: readonly PlannedWorkload[]): Promise<void> {
  const { bold, dim } = stdout.colours;
  await stdout.line(`${bold('What a month costs')}, against ${plainLine(planned[0]?.baseline.name ?? '')}\n`);
  await stdout.line(renderWorkloads(planned, stdout));
  const hint =
    'farebox calc WORKLOAD shows every mix and model of one; farebox calc --help says how to plan a workload of your own.';
  await stdout.line();
  for (const line of wrapWords(hint, stdout.width)) await stdout.line(dim(line));
  await printUnknown({ stdout }, planned);
}

async function printWorkload({ stdout }: CliContext, planned: PlannedWorkload): Promise<void> {
  const { bold, dim } = stdout.colours;
  const { workload, baseline, lines } = planned;
  const requests = workload.requests === null ? '' : `, ${count(workload.requests)} requests`;
  const size = `${count(workload.inputTokens)} tokens in, ${count(workload.outputTokens)} out${requests}`;
  await stdout.line(`${bold(workload.name)}: ${size} a month`);
  await stdout.line(`baseline ${plainLine(baseline.name)}: ${dollars(baseline.cost)} a month\n`);
  await stdout.line(renderPlannedWorkload(planned, stdout));
  const fixed = renderFixedCosts(planned, stdout);
  if (fixed) await stdout.line(`\n${fixed}`);
  const models = lines.filter(({ kind }) => kind === 'model' || kind === 'offer').map(({ line }) => line);
  const best = lowestPerQualityPoint(models);
  if (best) {
    const points = `${fineDollars(best.perQualityPoint)} per million tokens and point`;
    const found = `Lowest cost per quality point of the models: ${plainLine(best.mix.name)}, ${points}.`;
    await stdout.line();
    for (const line of wrapWords(found, stdout.width)) await stdout.line(line);
    const how = '$/point: blended dollars per million tokens, divided by the quality score; what is free is left out.';
    for (const line of wrapWords(how, stdout.width)) await stdout.line(dim(line));
  }
  await printUnknown({ stdout }, [planned]);
}

/** Why a cost is unknown, once a reason. */
async function printUnknown(
  { stdout }: Pick<CliContext, 'stdout'>,
  planned: readonly PlannedWorkload[],
): Promise<void> {
  const reasons = new Set(planned.flatMap(({ lines }) => lines.flatMap(({ line }) => line.reason ?? [])));
  for (const reason of reasons) await stdout.line(`unknown: ${plainLine(reason)}`);
}
