import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { FareboxError } from '../../domain/errors.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { count, plural } from '../format.ts';

export function addLedgerCommand(program: Command, run: RunCommand): void {
  const ledger = program
    .command('ledger')
    .description('add the ledger up again, export, import, give up what is old')
    .helpCommand(false);
  ledger
    .command('verify')
    .description('recompute every cost, sum, roll-up and hash; exit code 1 where something does not agree')
    .action(() => run(verify));
  ledger
    .command('export')
    .description('print prices and calls with their attempts as JSON lines')
    .action(() => run(exportLines));
  ledger
    .command('import')
    .description('add the calls of an export, all or none; what is here already is skipped')
    .argument('<file>', 'JSON lines as export writes them')
    .action((file: string) => run((context) => importLines(context, file)));
  ledger
    .command('prune')
    .description('give up rows that policy.retention does not want any more; sums by hour and day stay')
    .option('--compact', 'make the file smaller afterwards; nobody can write meanwhile')
    .action((options: { compact?: boolean }) => run((context) => prune(context, options.compact ?? false)));
}

async function verify(context: CliContext): Promise<ExitCode> {
  return withEngine(context, async ({ books }) => {
    const found = books.verify();
    const { stdout, stderr } = context;
    if (context.json) await printJson(context, found);
    else {
      const { calls, attempts, prices, hours, days, windows } = found;
      await stdout.line(
        `Added up again: ${plural(calls, 'call')}, ${plural(attempts, 'attempt')}, ${plural(prices, 'price')}, ` +
          `${count(hours)} sums by hour on ${plural(days, 'day')}, ${plural(windows, 'budget window')}.`,
      );
      for (const problem of found.problems) await stderr.line(`${stderr.colours.red('wrong')} ${problem}`);
      if (found.problems.length === 0) await stdout.line('Everything agrees.');
    }
    return found.problems.length === 0 ? EXIT.done : EXIT.failed;
  });
}

async function exportLines(context: CliContext): Promise<ExitCode> {
  return withEngine(context, async ({ books }) => {
    const lines = books.export();
    if (context.json) await printJson(context, { lines: [...lines].map((line) => JSON.parse(line) as unknown) });
    else {
      for (const line of lines) {
        if (context.stdout.gone.aborted) break;
        await context.stdout.line(line);
      }
    }
    return EXIT.done;
  });
}

async function importLines(context: CliContext, file: string): Promise<ExitCode> {
  const lines = await readLines(file);
  return withEngine(context, async ({ books }) => {
    const found = books.import(lines);
    if (context.json) await printJson(context, found);
    else await context.stdout.line(`${plural(found.added, 'call')} added, ${found.skipped} skipped (here already)`);
    return EXIT.done;
  });
}

async function readLines(file: string): Promise<readonly string[]> {
  const lines: string[] = [];
  let rest = '';
  try {
    for await (const chunk of createReadStream(file, 'utf8')) {
      const parts = `${rest}${String(chunk)}`.split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) lines.push(part);
    }
  } catch (error) {
    throw new FareboxError('invalid_request', `The export ${file} cannot be read.`, {
      remedy: 'Name a file that farebox ledger export wrote.',
      cause: error,
    });
  }
  return rest === '' ? lines : [...lines, rest];
}

async function prune(context: CliContext, compact: boolean): Promise<ExitCode> {
  return withEngine(context, async ({ books, config }) => {
    const { calls, decisions } = books.maintain();
    if (compact) books.compact();
    if (context.json) await printJson(context, { calls, decisions, compacted: compact });
    else {
      const { rows } = config.policy.retention;
      const why = rows === null && calls === 0 ? ' (policy.retention.rows is not set: rows are kept for ever)' : '';
      await context.stdout.line(`${plural(calls, 'call')} and ${plural(decisions, 'decision')} given up${why}`);
    }
    return EXIT.done;
  });
}
