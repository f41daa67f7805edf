import type { Command } from 'commander';
import { FareboxError } from '../../domain/errors.ts';
import type { ArmFigures, Rollout } from '../../domain/rollout.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { usdPair } from '../../pipeline/views/describe-money.ts';
import { ROLLOUT_STEPS } from '../../spend/judge-rollout.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { count, money, percent } from '../format.ts';
import { plainLine } from '../plain-text.ts';
import { type Column, renderTable } from '../table.ts';

interface StartOptions {
  readonly to?: string;
  readonly from?: string;
  readonly share: number;
  readonly manual?: boolean;
}

/** `migrate start|status|step|stop`. */
export function addRolloutCommands(migrate: Command, run: RunCommand): void {
  migrate
    .command('start')
    .description('send a share of the conversations to a profile, the rest to the model that served them before')
    .option('--to <profile>', 'the profile to move to (default: the configured one)')
    .option('--from <model>', 'the model that serves the rest (default: policy.baselineModel)')
    .option('--share <percent>', `percent of the conversations to begin with`, shareOf, ROLLOUT_STEPS[0])
    .option('--manual', 'take no step by itself: `migrate step` does')
    .action((options: StartOptions) => run((context) => start(context, options)));
  migrate
    .command('status')
    .description('how far the rollout is, and what became of the calls of both parts')
    .action(() => run((context) => withEngine(context, (engine) => show(context, engine))));
  migrate
    .command('step')
    .description('take the next step (0, 10, 50, 100 percent), or go to a share')
    .argument('[percent]', 'percent of the conversations', shareOf)
    .action((share: number | undefined) => run((context) => step(context, share)));
  migrate
    .command('stop')
    .description('end the rollout; requests are routed as if there had been none')
    .action(() => run(stop));
}

async function start(context: CliContext, { to, from, share, manual }: StartOptions): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const { config, catalogue, rollouts } = engine;
    const profile = to ?? config.defaultProfile;
    const baselineModel = from ?? config.policy.baselineModel;
    if (!config.profiles.has(profile)) throw unknownProfile(profile, [...config.profiles.keys()]);
    // Throws where no provider that is set up has it: then it cannot serve the rest.
    catalogue.resolve(config.aliases[baselineModel] ?? baselineModel);
    rollouts.start({ profile, baselineModel, share, automatic: manual !== true });
    return show(context, engine);
  });
}

async function step(context: CliContext, share: number | undefined): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const rollout = requireRunning(engine);
    const next = share ?? ROLLOUT_STEPS.find((each) => each > rollout.share);
    if (next === undefined) {
      throw new FareboxError('invalid_request', 'Every conversation has moved already.', {
        remedy: 'End the rollout with `farebox migrate stop`; the profile stays if it is your default.',
      });
    }
    engine.rollouts.step(rollout.id, next);
    return show(context, engine);
  });
}

async function stop(context: CliContext): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    engine.rollouts.end(requireRunning(engine).id, 'stopped', 'stopped by hand');
    return show(context, engine);
  });
}

async function show(context: CliContext, { rollouts }: Engine): Promise<ExitCode> {
  const rollout = rollouts.latest();
  const { stdout } = context;
  if (!rollout) {
    if (context.json) await printJson(context, { rollout: null });
    else await stdout.line('There is no rollout. Begin one with `farebox migrate start`.');
    return EXIT.done;
  }
  const figures = rollouts.figures(rollout.id);
  if (context.json) {
    await printJson(context, {
      rollout: describeRollout(rollout),
      arms: { profile: describeArm(figures.profile), baseline: describeArm(figures.baseline) },
    });
    return EXIT.done;
  }
  await stdout.line(stdout.colours.bold(headline(rollout)));
  const columns: readonly Column[] = [
    { head: 'served by', flexible: true },
    ...['calls', 'failed', 'not good enough', 'cost', 'a call'].map((head): Column => ({ head, align: 'right' })),
  ];
  const rows = [
    [`profile ${plainLine(rollout.profile)}`, ...cellsOf(figures.profile)],
    [plainLine(rollout.baselineModel), ...cellsOf(figures.baseline)],
  ];
  await stdout.line(`\n${renderTable(columns, rows, stdout)}`);
  if (rollout.state === 'running' && rollout.automatic) {
    await stdout.line(
      '\nIt takes its next step a week after the last, and goes back by itself where errors, quality or cost get worse.',
    );
  }
  return EXIT.done;
}

function headline({ profile, share, state, reason }: Rollout): string {
  switch (state) {
    case 'running':
      return `${percent(share)} of the conversations go to profile ${plainLine(profile)}.`;
    case 'stopped':
      return `The rollout to profile ${plainLine(profile)} is over: ${plainLine(reason ?? '')}.`;
    case 'rolled_back':
      return `The rollout to profile ${plainLine(profile)} was rolled back: ${plainLine(reason ?? '')}.`;
  }
}

function cellsOf({ calls, failed, rejected, priced, cost }: ArmFigures): readonly string[] {
  const part = (hits: number) => (calls === 0 ? '' : `${count(hits)} (${percent(hits / calls)})`);
  return [
    count(calls),
    part(failed),
    part(rejected),
    priced < calls ? `${money(cost)} (${count(calls - priced)} unknown)` : money(cost),
    priced === 0 ? '' : money(Math.round(cost / priced) as typeof cost),
  ];
}

function describeRollout({ id, profile, baselineModel, share, automatic, state, startedAt, stepAt, reason }: Rollout) {
  return {
    ...{ id, profile, baseline_model: baselineModel, share, automatic, state },
    started_at: new Date(startedAt).toISOString(),
    last_step_at: new Date(stepAt).toISOString(),
    reason,
  };
}

function describeArm({ calls, failed, rejected, priced, cost }: ArmFigures) {
  return { calls, failed, not_good_enough: rejected, calls_of_unknown_cost: calls - priced, ...usdPair('cost', cost) };
}

function requireRunning({ rollouts }: Engine): Rollout {
  const rollout = rollouts.running();
  if (rollout) return rollout;
  throw new FareboxError('invalid_request', 'No rollout is running.', {
    remedy: 'Begin one with `farebox migrate start`.',
  });
}

/** Percent as a share: `10` and `10%` are 0.1. Throws `invalid_request`. */
function shareOf(text: string): number {
  const value = /^\d+(\.\d+)?\s*%?$/.test(text.trim()) ? Number.parseFloat(text) : Number.NaN;
  if (value >= 0 && value <= 100) return value / 100;
  throw new FareboxError('invalid_request', `"${text}" is not a share.`, { remedy: 'Give percent from 0 to 100.' });
}

/** Throws `invalid_request`, naming the nearest. */
export function unknownProfile(name: string, names: readonly string[]): FareboxError {
  const near = nearest(name, names);
  return new FareboxError('invalid_request', `There is no profile "${name}".`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Profiles: ${names.join(', ')}.`,
  });
}
