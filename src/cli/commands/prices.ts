import { type Command, Option } from 'commander';
import {
  compareWith,
  describeDifference,
  type PricedModel,
  SUSPICIOUS_FACTOR,
} from '../../catalogue/compare-prices.ts';
import { loadGenaiPriceBook } from '../../catalogue/genai-price-book.ts';
import { isStale } from '../../catalogue/price-age.ts';
import { slotModels } from '../../config/load-config.ts';
import { type Deployment, toDeploymentId } from '../../domain/deployment.ts';
import { FareboxError } from '../../domain/errors.ts';
import type { Price } from '../../domain/price.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { foldKeys } from '../../pipeline/fold-keys.ts';
import {
  describeComparison,
  describeListedPrice,
  describePeriod,
  describeRepriced,
} from '../../pipeline/views/describe-prices.ts';
import { toReportQuery } from '../../pipeline/views/report-query.ts';
import { REPORT_PERIODS, type ReportPeriod } from '../../spend/reports.ts';
import type { PriceAgain } from '../../spend/reprice.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { plural } from '../format.ts';
import { oneOf } from '../option-values.ts';
import { plainLine } from '../plain-text.ts';
import { renderComparisons, renderPeriods, renderPrices, renderRepriced, totalOf } from '../price-tables.ts';
import { fetchProviderPrices } from '../provider-prices.ts';
import { wrapWords } from '../table.ts';

/** With which prices history is priced again. */
const REPRICE_WITH = ['today', 'list', 'booked'] as const;
type RepriceWith = (typeof REPRICE_WITH)[number];

interface RepriceOptions {
  readonly period?: ReportPeriod;
  readonly since?: string;
  readonly until?: string;
  readonly with: RepriceWith;
}

export function addPricesCommand(program: Command, run: RunCommand): void {
  const prices = program
    .command('prices')
    .description('what models cost, whether other lists agree, and how prices changed')
    .helpCommand(false);
  prices
    .command('list', { isDefault: true })
    .description('the price of each model: rates, kind, source, the day as of which it was true')
    .action(() => run(list));
  prices
    .command('compare')
    .description('prices of profile and configuration beside a price list; exit code 1 where one must be wrong')
    .option(
      '--provider <name>',
      'beside what this provider itself lists now, instead of the list that came with farebox',
    )
    .action((options: { provider?: string }) => run((context) => compare(context, options.provider)));
  prices
    .command('history')
    .description('the prices that a model has had here')
    .argument('[model]', 'a model, or provider/model; all where none is named')
    .action((model: string | undefined) => run((context) => history(context, model)));
  prices
    .command('reprice')
    .description('what the usage of a period costs at other prices; what was booked stays as it is')
    .addOption(
      new Option('--period <period>', 'time that it covers (default: 30d)')
        .choices(REPORT_PERIODS)
        .argParser(oneOf('period', REPORT_PERIODS)),
    )
    .option('--since <time>', 'beginning, as a day (2026-11-01) or a time (2026-11-01T12:00Z)')
    .option('--until <time>', 'end, not included (default: now)')
    .addOption(
      new Option('--with <prices>', 'today’s prices, those of the price list, or those that were booked')
        .choices(REPRICE_WITH)
        .argParser(oneOf('kind of prices', REPRICE_WITH))
        .default('today'),
    )
    .action((options: RepriceOptions) => run((context) => reprice(context, options)));
}

async function list(context: CliContext): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const now = context.deps.clock.now();
    const offered = offeredBy(engine);
    if (context.json) {
      await printJson(context, { prices: offered.map((deployment) => describeListedPrice(deployment, now)) });
      return EXIT.done;
    }
    const { stdout, stderr } = context;
    if (offered.length === 0) await stdout.line('No enabled provider offers a model.');
    else await stdout.line(renderPrices(offered, now, stdout));
    const stale = offered.filter(({ price }) => price && isStale(price, now));
    if (stale.length > 0) {
      await stderr.line(
        `${stderr.colours.yellow('note')} ${plural(stale.length, 'price')} said to be true more than 180 days ago; farebox prices compare shows what a list says.`,
      );
    }
    return EXIT.done;
  });
}

async function compare(context: CliContext, provider: string | undefined): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const now = context.deps.clock.now();
    const { listed, source } = await priceSource(context, engine, provider);
    const asked = pricedBy(engine).filter((each) => provider === undefined || each.provider === provider);
    // The list cannot judge the prices that were taken from it.
    const own = provider === undefined ? asked.filter(({ price }) => price?.source !== 'genai-prices') : asked;
    const comparisons = compareWith(own, listed);
    const wrong = comparisons.flatMap(({ deployment, differences }) =>
      differences
        .filter(({ factor }) => factor > SUSPICIOUS_FACTOR)
        .map((difference) => describeDifference(deployment, difference)),
    );
    const left = own.length - comparisons.length;
    if (context.json) {
      const compared = comparisons.map((each) => describeComparison(each, now));
      await printJson(context, { source, compared, not_compared: left, suspicious: wrong.length });
    } else {
      const { stdout, stderr } = context;
      if (comparisons.length > 0) await stdout.line(`${renderComparisons(comparisons, now, stdout)}\n`);
      await stdout.line(
        `${plural(comparisons.length, 'price')} compared with ${plainLine(source)}; ${plural(left, 'model')} it cannot judge.`,
      );
      for (const each of wrong) await stderr.line(`${stderr.colours.red('wrong')} ${plainLine(each)}`);
    }
    return wrong.length > 0 ? EXIT.failed : EXIT.done;
  });
}

type PriceSource = { readonly listed: (model: PricedModel) => Price | null; readonly source: string };

async function priceSource(context: CliContext, engine: Engine, provider: string | undefined): Promise<PriceSource> {
  if (provider === undefined) {
    const book = await loadGenaiPriceBook(context.deps.clock.now());
    return {
      listed: (model) => book.find(model.provider, model.upstreamModel)?.price ?? null,
      source: '@pydantic/genai-prices',
    };
  }
  const prices = await fetchProviderPrices(engine.config, provider, context.deps.listPrices);
  return { listed: ({ upstreamModel }) => prices.get(upstreamModel) ?? null, source: `what ${provider} lists now` };
}

async function history(context: CliContext, model: string | undefined): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const now = context.deps.clock.now();
    const simulated = engine.mode === 'sandbox';
    const periods = engine.prices.periods(model).filter((period) => period.simulated === simulated);
    if (periods.length === 0 && model !== undefined) {
      throw new FareboxError('unknown_model', `No price of "${model}" has been seen here.`, {
        remedy: 'farebox prices lists the models; history is kept from the first start on.',
      });
    }
    if (context.json) await printJson(context, { periods: periods.map((period) => describePeriod(period, now)) });
    else if (periods.length === 0) await context.stdout.line('No price has been seen yet.');
    else await context.stdout.line(renderPeriods(periods, context.stdout));
    return EXIT.done;
  });
}

async function reprice(context: CliContext, options: RepriceOptions): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const now = context.deps.clock.now();
    const { since, until, simulated } = toReportQuery(options, engine, now);
    const lines = engine.books.reprice({ since, until, simulated }, await pricesAgain(options.with, engine, now));
    if (context.json) {
      const total = describeRepriced({ provider: '', model: '', ...totalOf(lines) });
      const { provider: _provider, model: _model, ...totals } = total;
      await printJson(context, { with: options.with, totals, models: lines.map(describeRepriced) });
    } else if (lines.length === 0) await context.stdout.line('Nothing was booked in this period.');
    else {
      const { stdout } = context;
      await stdout.line(`${renderRepriced(lines, stdout)}\n`);
      for (const line of wrapWords(REPRICED_HOW[options.with], stdout.width))
        await stdout.line(stdout.colours.dim(line));
    }
    return EXIT.done;
  });
}

const REPRICED_HOW: Readonly<Record<RepriceWith, string>> = {
  today: 'Usage × the prices that models have now. Nothing that was booked is changed.',
  list: 'Usage × the price list that came with farebox, as of today. Nothing that was booked is changed.',
  booked: 'Usage × the price that was booked with each attempt: what providers told beyond it shows as a difference.',
};

/** What a free quota gave away stays free, whatever the model costs otherwise. */
async function pricesAgain(kind: RepriceWith, { catalogue }: Engine, now: number): Promise<PriceAgain> {
  if (kind === 'booked') return (_served, booked) => booked;
  const book = kind === 'list' ? await loadGenaiPriceBook(now) : null;
  const today = new Map(catalogue.deployments.map(({ provider, model, price }) => [`${provider}/${model}`, price]));
  return ({ provider, model, upstreamModel }, booked) => {
    if (booked?.source === 'free-quota') return booked;
    if (book) return book.find(provider, upstreamModel)?.price ?? null;
    return today.get(`${provider}/${model}`) ?? null;
  };
}

/** What can be compared. The sandbox plays models under its own name, so there the configuration is asked. */
function pricedBy(engine: Engine): readonly PricedModel[] {
  if (engine.mode === 'live') return offeredBy(engine);
  const specs = [...slotModels(engine.config), ...engine.config.models].filter(({ price }) => price !== undefined);
  const models = specs.map(({ provider, model, upstreamModel = model, price = null }) => ({
    ...{ id: toDeploymentId(provider, model), provider, upstreamModel, price },
  }));
  return [...new Map(models.map((model) => [model.id, model])).values()];
}

function offeredBy({ catalogue, health }: Engine): readonly Deployment[] {
  return foldKeys(catalogue.deployments, health()).map(({ deployment }) => deployment);
}
