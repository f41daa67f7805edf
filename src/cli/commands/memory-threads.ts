import type { Command } from 'commander';
import { checkThreadId } from '../../context/check-thread-id.ts';
import type { ThreadSummary } from '../../context/thread.ts';
import { FareboxError } from '../../domain/errors.ts';
import { isoTime } from '../../lib/clock.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { age, bytes, count } from '../format.ts';
import { plainLine } from '../plain-text.ts';
import { renderTable } from '../table.ts';

export function addThreadsCommand(memory: Command, run: RunCommand): void {
  memory
    .command('threads')
    .description('list conversations that are kept (`ask --thread`), the latest first')
    .action(() => run((context) => listThreads(context)));
}

async function listThreads(context: CliContext): Promise<ExitCode> {
  return withEngine(context, async ({ threads }) => {
    const found = threads.list();
    if (context.json) await printJson(context, { threads: found.map(describeThread) });
    else if (found.length === 0)
      await context.stdout.line('No conversations are kept: `farebox ask --thread NAME` begins one.');
    else await context.stdout.line(threadTable(context, found));
    return EXIT.done;
  });
}

function threadTable({ deps, stdout }: CliContext, threads: readonly ThreadSummary[]): string {
  const now = deps.clock.now();
  return renderTable(
    [
      { head: 'conversation', flexible: true },
      { head: 'project' },
      { head: 'turns', align: 'right' },
      { head: 'size', align: 'right' },
      { head: 'last used' },
      { head: 'bound to' },
    ],
    threads.map((thread) => [
      plainLine(thread.id),
      plainLine(thread.project ?? '–'),
      count(thread.turns),
      bytes(thread.bytes),
      age((now - thread.usedAt) / 1000),
      boundsOf(thread),
    ]),
    stdout,
  );
}

function boundsOf(thread: ThreadSummary): string {
  const bounds = [thread.private && 'local models', thread.region !== null && `region ${thread.region}`];
  return bounds.filter((bound) => bound !== false).join(', ');
}

function describeThread(thread: ThreadSummary) {
  return {
    thread_id: thread.id,
    project: thread.project,
    key: thread.key,
    turns: thread.turns,
    bytes: thread.bytes,
    private: thread.private,
    region: thread.region,
    simulated: thread.simulated,
    created_at: isoTime(thread.createdAt),
    used_at: isoTime(thread.usedAt),
  };
}

/** Erases a conversation of this project. Throws `not_found`, naming where there is one of that name. */
export async function forgetThread(
  context: CliContext,
  options: { readonly thread: string; readonly project?: string; readonly key?: string; readonly namespace?: string },
  ids: readonly string[],
): Promise<ExitCode> {
  if (ids.length > 0 || options.key !== undefined || options.namespace !== undefined) {
    throw new FareboxError('invalid_request', '--thread stands alone.', {
      remedy: 'Forget memories and conversations by two commands.',
    });
  }
  const id = checkThreadId(options.thread);
  const project = options.project ?? context.deps.project;
  return withEngine(context, async ({ threads }) => {
    if (!threads.forget({ key: null, project }, id)) throw notFound(id, project, threads.list());
    if (context.json) await printJson(context, { forgotten: 1, thread_id: id });
    else await context.stdout.line(`conversation ${plainLine(id)} erased`);
    return EXIT.done;
  });
}

function notFound(id: string, project: string | null, all: readonly ThreadSummary[]): FareboxError {
  const elsewhere = all.filter((thread) => thread.id === id).map((thread) => thread.project ?? 'no project');
  const where = project === null ? 'outside of projects' : `in project ${project}`;
  return new FareboxError('not_found', `There is no conversation ${id} ${where}.`, {
    remedy:
      elsewhere.length > 0
        ? `There is one of that name in: ${[...new Set(elsewhere)].join(', ')} (--project).`
        : 'farebox memory threads shows what is there.',
  });
}
