import type { Command } from 'commander';
import type { PastAlert } from '../../domain/alert.ts';
import { isoTime } from '../../lib/clock.ts';
import { describeAlert, describePastAlert } from '../../pipeline/alerts/alert-message.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { minute, plural } from '../format.ts';
import { plainLine } from '../plain-text.ts';
import type { Printer } from '../printer.ts';
import { printSandboxWarning } from '../sandbox-warning.ts';
import { renderTable } from '../table.ts';

interface AlertsOptions {
  readonly past?: boolean;
  readonly test?: boolean;
}

/** The latest that `--past` shows. */
const MOST = 200;

export function addAlertsCommand(program: Command, run: RunCommand): void {
  program
    .command('alerts')
    .description('what is wrong now: budgets, prices, providers, quotas')
    .option('--past', 'also what is over, the latest first')
    .option('--test', 'send a test to the log and every webhook; exit code 1 where one does not take it')
    .action((options: AlertsOptions) => run((context) => alerts(context, options)));
}

async function alerts(context: CliContext, options: AlertsOptions): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    await printSandboxWarning(context, engine);
    return options.test ? test(context, engine) : list(context, engine, options.past ?? false);
  });
}

async function list(context: CliContext, engine: Engine, past: boolean): Promise<ExitCode> {
  const { stdout } = context;
  const open = engine.alerts.open();
  const waiting = engine.alerts.waiting();
  if (context.json) {
    await printJson(context, {
      open: open.map(describeAlert),
      ...(past && { past: engine.alerts.latest(MOST).map(describePastAlert) }),
      webhooks: engine.config.policy.alerts.webhooks.map(({ secret, kinds }, index) => ({
        ...waiting[index],
        signed: secret !== null,
        kinds,
      })),
      simulated: engine.mode === 'sandbox',
    });
    return EXIT.done;
  }
  const shown: readonly PastAlert[] = past
    ? engine.alerts.latest(MOST)
    : open.map((alert) => ({ ...alert, clearedAt: null }));
  await stdout.line(shown.length === 0 ? NOTHING[past ? 'past' : 'now'] : renderAlerts(shown, past, stdout));
  for (const each of waiting.filter(({ waiting: count }) => count > 0)) {
    const what = `${plural(each.waiting, 'alert')} could not be delivered to the webhook at ${each.host} yet`;
    await context.stderr.line(`${context.stderr.colours.yellow('note')} ${what}; try it with --test`);
  }
  return EXIT.done;
}

const NOTHING = { now: 'Nothing is wrong.', past: 'Nothing was ever wrong, or it is long over.' };

function renderAlerts(alerts: readonly PastAlert[], past: boolean, printer: Printer): string {
  const when = (at: number | null) => (at === null ? '' : minute(isoTime(at)));
  return renderTable(
    [
      { head: 'since (UTC)' },
      ...(past ? [{ head: 'over (UTC)' }] : []),
      { head: 'level' },
      { head: 'kind' },
      { head: 'what', flexible: true },
    ],
    alerts.map((alert) => [
      when(alert.raisedAt),
      ...(past ? [when(alert.clearedAt)] : []),
      paint(alert, printer),
      alert.kind,
      plainLine(alert.message),
    ]),
    printer,
  );
}

function paint({ level, clearedAt }: PastAlert, { colours }: Printer): string {
  if (clearedAt !== null) return colours.dim(level);
  return level === 'warning' ? colours.yellow(level) : colours.red(level);
}

async function test(context: CliContext, { alerts: book, config }: Engine): Promise<ExitCode> {
  const { stdout } = context;
  const results = await book.test();
  const failed = results.some(({ result }) => result.type === 'failed');
  if (context.json) {
    await printJson(context, {
      webhooks: results.map(({ host, result, durationMs }) => ({
        host,
        delivered: result.type === 'delivered',
        http_status: result.type === 'delivered' ? result.status : null,
        reason: result.type === 'failed' ? result.reason : null,
        duration_ms: durationMs,
      })),
    });
    return failed ? EXIT.failed : EXIT.done;
  }
  if (config.policy.alerts.webhooks.length === 0) {
    await stdout.line('No webhook is configured: alerts go to the log and to connected MCP clients.');
    await stdout.line('Add one under "policy": { "alerts": { "webhooks": […] } }; docs/alerts.md says how.');
  }
  for (const { host, result, durationMs } of results) {
    const { green, red } = stdout.colours;
    await stdout.line(
      result.type === 'delivered'
        ? `${green('ok')} ${host} took it (HTTP ${result.status}, ${durationMs} ms)`
        : `${red('failed')} ${host}: ${plainLine(result.reason)}`,
    );
  }
  return failed ? EXIT.failed : EXIT.done;
}
