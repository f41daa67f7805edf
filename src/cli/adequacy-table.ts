import type { Engine } from '../pipeline/engine.ts';
import { describeAdequacy } from '../pipeline/views/describe-adequacy.ts';
import { type CliContext, printJson } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { plainLine } from './plain-text.ts';
import { printSandboxWarning } from './sandbox-warning.ts';
import { renderTable } from './table.ts';

/** How often the answers of each model passed the checks of callers, by kind of task. */
export async function printAdequacy(context: CliContext, engine: Engine): Promise<ExitCode> {
  const rows = engine.adequacy.rows().map(describeAdequacy);
  const simulated = engine.mode === 'sandbox';
  if (context.json) {
    await printJson(context, { simulated, adequacy: rows });
    return EXIT.done;
  }
  const { stdout } = context;
  await printSandboxWarning(context, engine);
  if (rows.length === 0) {
    await stdout.line('No answer was checked yet: ask with --verify, or with verify of the tool route_completion.');
    return EXIT.done;
  }
  const columns = [
    { head: 'task' },
    { head: 'model', flexible: true },
    { head: 'passed', align: 'right' },
    { head: 'of', align: 'right' },
    { head: 'share', align: 'right' },
    { head: '95 % interval', align: 'right' },
    { head: 'last' },
  ] as const;
  const table = rows.map(({ task, model, accepted, tried, share, low, high, last_checked_at }) => [
    task,
    plainLine(model),
    String(accepted),
    String(tried),
    percent(share),
    `${percent(low)} to ${percent(high)}`,
    last_checked_at.slice(0, 10),
  ]);
  await stdout.line(renderTable(columns, table, stdout));
  await stdout.line(
    stdout.colours.dim('\nanswers that passed every check of their callers, of those that were checked'),
  );
  return EXIT.done;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
