import type { Command } from 'commander';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { formatUsd, NANO_PER_USD, type NanoUsd } from '../../domain/money.ts';
import { type FixedCost, isFree, type Price } from '../../domain/price.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { describeOffered, foldKeys, type OfferedModel } from '../../pipeline/fold-keys.ts';
import { printAdequacy } from '../adequacy-table.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { contextSize, money, plural } from '../format.ts';
import { plainLine } from '../plain-text.ts';
import type { Printer } from '../printer.ts';
import { printSandboxWarning } from '../sandbox-warning.ts';
import { renderTable } from '../table.ts';
import { printValues } from '../value-table.ts';

interface ModelsOptions {
  readonly all?: boolean;
  readonly byValue?: boolean;
  readonly adequacy?: boolean;
}

export function addModelsCommand(program: Command, run: RunCommand): void {
  program
    .command('models')
    .description('the catalogue: price, context, capabilities, health')
    .option('--all', 'also the models that no enabled provider serves')
    .option('--by-value', 'by what a point of quality costs, the cheapest first')
    .option('--adequacy', 'how often the answers of each model passed checks (--verify), by kind of task')
    .action((options: ModelsOptions) => run((context) => models(context, options)));
}

async function models(context: CliContext, options: ModelsOptions): Promise<ExitCode> {
  const { all = false, adequacy = false, byValue = false } = options;
  return withEngine(context, async (engine) => {
    if (byValue) return printValues(context, engine);
    if (adequacy) return printAdequacy(context, engine);
    if (context.json) await printJson(context, describeModels(engine, all));
    else {
      await printSandboxWarning(context, engine);
      await printModels(context.stdout, engine, all);
    }
    return EXIT.done;
  });
}

function describeModels(engine: Engine, all: boolean) {
  return {
    models: foldKeys(engine.catalogue.deployments, engine.health()).map(describeOffered),
    embedding_models: foldKeys(engine.catalogue.embedders.deployments, engine.health()).map(describeOffered),
    unavailable: all ? engine.catalogue.unavailable : [],
    unavailable_count: engine.catalogue.unavailable.length,
  };
}

async function printModels(stdout: Printer, { catalogue, health, mode }: Engine, all: boolean): Promise<void> {
  if (catalogue.deployments.length === 0) await stdout.line('No enabled provider offers a model.');
  else {
    const known = [...catalogue.deployments, ...catalogue.embedders.deployments];
    const rows = foldKeys(known, health()).map((offered) => row(offered, mode, stdout));
    await stdout.line(
      renderTable(
        [
          { head: 'model', flexible: true },
          { head: '$ in/M', align: 'right' },
          { head: '$ out/M', align: 'right' },
          { head: 'context', align: 'right' },
          { head: 'can' },
          { head: 'quality', align: 'right' },
          { head: 'state' },
        ],
        rows,
        stdout,
      ),
    );
  }
  const embeds = catalogue.embedders.deployments.length > 0 ? ', E make vectors of texts and nothing else' : '';
  await stdout.line(
    stdout.colours.dim(`\ncan: T use tools, J answer in JSON, V see images${embeds} · prices per million tokens`),
  );
  if (catalogue.unavailable.length > 0)
    await stdout.line(all ? unavailableTable(catalogue, stdout) : summary(catalogue));
}

function row(offered: OfferedModel, mode: Engine['mode'], { colours }: Printer): readonly string[] {
  const { deployment } = offered;
  const { capabilities, price, quality } = deployment;
  const can = capabilities.embeddings
    ? ['E']
    : [capabilities.toolCalling ? 'T' : '·', capabilities.jsonMode ? 'J' : '·', capabilities.multimodal ? 'V' : '·'];
  return [
    plainLine(deployment.id),
    rate(price, price?.rates.input),
    rate(price, price?.rates.output),
    contextSize(capabilities.contextWindow),
    can.join(''),
    quality === null ? '' : String(quality),
    state(offered, mode, colours),
  ];
}

function rate(price: Price | null, nanoPerMillion: number | undefined): string {
  if (price === null || nanoPerMillion === undefined) return 'unknown';
  if (price.fixed) return fixedRate(price.fixed);
  if (isFree(price)) return 'free';
  const amount = nanoPerMillion as NanoUsd;
  return amount % (NANO_PER_USD / 100) === 0 ? (amount / NANO_PER_USD).toFixed(2) : money(amount).slice(1);
}

/** Told in both columns, as neither direction has a price of its own. */
function fixedRate(fixed: FixedCost): string {
  return fixed.kind === 'flat' ? `${formatUsd(fixed.monthly)}/month` : `${formatUsd(fixed.hourly)}/h`;
}

/** Where the sandbox answers, all models are simulated, which stands above the table. */
function state({ deployment, health, keys }: OfferedModel, mode: Engine['mode'], colours: Printer['colours']): string {
  if (health.state === 'unhealthy') return colours.red(plainLine(health.reason));
  const out = keys.filter(({ health }) => health.state === 'unhealthy').length;
  const withKeys = keys.length > 0 && `${out > 0 ? `${keys.length - out} of ` : ''}${keys.length} keys`;
  const marks = [deployment.local && 'local', mode === 'live' && deployment.simulated && 'simulated', withKeys].filter(
    Boolean,
  );
  return colours.green(['ok', ...marks].join(', '));
}

function unavailableTable(catalogue: Catalogue, stdout: Printer): string {
  const rows = catalogue.unavailable.map(({ provider, model, reason }) => [
    plainLine(`${provider}/${model}`),
    plainLine(reason),
  ]);
  const columns = [{ head: 'not available', flexible: true }, { head: 'because' }];
  return `\n${renderTable(columns, rows, stdout)}`;
}

function summary({ unavailable }: Catalogue): string {
  const counts = new Map<string, number>();
  for (const { reason } of unavailable) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const lines = [...counts].map(([reason, models]) => `  ${plural(models, 'model')}: ${plainLine(reason)}`);
  return [`\n${plural(unavailable.length, 'more model')} not available (--all lists them):`, ...lines].join('\n');
}
