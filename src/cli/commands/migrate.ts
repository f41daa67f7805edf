import type { Command } from 'commander';
import { type MigrationPlan, planMigration } from '../../planning/migration-plan.ts';
import { profileMixes } from '../../planning/plan-costs.ts';
import { configuredOffers, missingOffers, unpricedModels, withCatalogue } from '../../planning/price-source.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { describeMigration } from '../describe-migration.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { printMigration } from '../migration-report.ts';
import { qualityScore } from '../planning-values.ts';
import { createStatusLine } from '../status-line.ts';
import { readUsageFiles } from '../usage-files.ts';
import { addRolloutCommands, unknownProfile } from './migrate-rollout.ts';

interface AnalyseOptions {
  readonly profile?: string;
  readonly minQuality: number;
}

const DEFAULT_MIN_QUALITY = 88;

const EXAMPLES = `
Examples:
  farebox migrate analyse ~/.claude/projects            every session of Claude Code
  farebox migrate analyse usage-2026-10.csv --json
  farebox migrate analyse spend.json --to premium`;

export function addMigrateCommand(program: Command, run: RunCommand): void {
  const migrate = program
    .command('migrate')
    .description('what moving to farebox would save, and moving step by step')
    .helpCommand(false);
  migrate
    .command('analyse')
    .alias('analyze')
    .description('read usage logs: baseline, cost on each profile, a suggestion, a rollout of four weeks')
    .argument('<file...>', 'logs of Claude Code, Anthropic, OpenAI, LiteLLM or farebox; or folders of them')
    .option('--to <profile>', 'plan for this profile, whatever the suggestion would be')
    .option(
      '--min-quality <score>',
      'least blended quality of the suggestion, 0 to 100',
      qualityScore,
      DEFAULT_MIN_QUALITY,
    )
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: { to?: string; minQuality: number }) =>
      run((context) =>
        analyse(context, files, {
          minQuality: options.minQuality,
          ...(options.to !== undefined && { profile: options.to }),
        }),
      ),
    );
  addRolloutCommands(migrate, run);
}

async function analyse(context: CliContext, paths: readonly string[], options: AnalyseOptions): Promise<ExitCode> {
  const status = createStatusLine(context.stderr, context.deps.clock);
  const read = await readUsageFiles(paths, (file, index, of) =>
    status.show(`reading ${index} of ${of}: ${file}`),
  ).finally(() => status.clear());
  return withEngine(context, async ({ config, catalogue }) => {
    if (options.profile !== undefined && !config.profiles.has(options.profile)) {
      throw unknownProfile(options.profile, [...config.profiles.keys()]);
    }
    const known = configuredOffers(config, []);
    const offers = withCatalogue(
      known,
      { missing: [], wished: missingOffers(known, unpricedModels(config)) },
      catalogue,
    );
    const { mixes, notes } = profileMixes(config, offers);
    const plan = planMigration({
      sums: read.sums,
      priceOf: (model) => catalogue.baseline(model).price,
      qualityOf: (model) =>
        catalogue.deployments.find((each) => each.model === model || each.upstreamModel === model)?.quality ?? null,
      mixes: mixes.map(({ mix }) => mix),
      minQuality: options.minQuality,
      ...(options.profile !== undefined && { chosen: options.profile }),
    });
    if (context.json) await printJson(context, describeMigration(read, plan, notes));
    else await printMigration(context, read, plan, notes);
    return hasBaseline(plan) ? EXIT.done : EXIT.failed;
  });
}

/** Nothing can be compared where the log has no tokens, or only of models that nobody has a price for. */
function hasBaseline({ baseline }: MigrationPlan): boolean {
  return baseline.lines.some(({ computed }) => computed !== null);
}
