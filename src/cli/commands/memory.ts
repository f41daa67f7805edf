import { type Command, Option } from 'commander';
import { FareboxError } from '../../domain/errors.ts';
import { describeHit, describeMemory } from '../../memory/describe-memory.ts';
import { MEMORY_KINDS, type Memory, type MemoryKind, type MemoryRow, type MemoryTarget } from '../../memory/memory.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { plural } from '../format.ts';
import { renderHits } from '../memory-list.ts';
import { collect, oneOf, readNamedFile, wholeNumber } from '../option-values.ts';
import { parseMemoryLine } from '../parse-memory-line.ts';
import { plainLine } from '../plain-text.ts';
import { readPrompt } from '../read-prompt.ts';
import { addThreadsCommand, forgetThread } from './memory-threads.ts';

/** As in the MCP tools: where memories go, and are looked up by key, when no namespace is named. */
const DEFAULT_NAMESPACE = 'default';
/** The most that one search takes. */
const SEARCHED_IDS = 100;

interface StoreOptions {
  readonly key?: string;
  readonly namespace: string;
  readonly kind: MemoryKind;
  readonly tags?: readonly string[];
  readonly ttl?: number;
  readonly supersedes?: string;
}

interface SearchOptions {
  readonly id?: readonly string[];
  readonly namespace?: readonly string[];
  readonly kind?: readonly MemoryKind[];
  readonly tags?: readonly string[];
  readonly asOf?: string;
  readonly limit: number;
}

interface ForgetOptions {
  readonly key?: string;
  readonly namespace?: string;
  readonly hard?: boolean;
  readonly thread?: string;
  readonly project?: string;
}

export function addMemoryCommand(program: Command, run: RunCommand): void {
  const memory = program
    .command('memory')
    .description('store, search, forget, export, import shared memory')
    .helpCommand(false);
  addStore(memory, run);
  addSearch(memory, run);
  memory
    .command('forget')
    .description('forget by id, by key, or a whole namespace')
    .argument('[ids...]', 'ids of memories')
    .option('--key <key>', `the memory under this key (in ${DEFAULT_NAMESPACE}, or the namespace named)`)
    .option('--namespace <name>', 'without ids and --key: everything in it')
    .option('--hard', 'erase with all history, instead of hiding')
    .option('--thread <id>', 'a conversation (`ask --thread`): always erased')
    .option('--project <name>', 'with --thread: whose; the checkout that you stand in where not given')
    .action((ids: string[], options: ForgetOptions) => run((context) => forget(context, ids, options)));
  addThreadsCommand(memory, run);
  memory
    .command('export')
    .description('print live memories as JSON lines, oldest first (with --json: one list)')
    .option('--namespace <name>', 'only these, several with commas (default: all)', collect)
    .action((options: { namespace?: readonly string[] }) => run((context) => exportRows(context, options.namespace)));
  memory
    .command('import')
    .description('add the memories of an export; what is here already is skipped')
    .argument('<file>', 'JSON lines as export writes them; - reads standard input')
    .action((file: string) => run((context) => importRows(context, file)));
}

function addStore(memory: Command, run: RunCommand): void {
  memory
    .command('store')
    .description('store a memory; the same key again makes a new version, the same content is one memory')
    .argument('[content...]', 'its words; - or piped input reads it')
    .option('--key <key>', 'stable name, to update it later')
    .option('--namespace <name>', 'where it belongs, e.g. the project', DEFAULT_NAMESPACE)
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(MEMORY_KINDS)
        .argParser(oneOf('kind', MEMORY_KINDS))
        .default('note'),
    )
    .option('--tags <tags>', 'tags, several with commas', collect)
    .option('--ttl <days>', 'forget it after so many days', wholeNumber('a number of days', 1, 36_500))
    .option('--supersedes <id>', 'the memory that it replaces')
    .action((words: string[], options: StoreOptions) => run((context) => store(context, words, options)));
}

function addSearch(memory: Command, run: RunCommand): void {
  const parseKind = oneOf('kind', MEMORY_KINDS);
  memory
    .command('search')
    .description('find memories by any of some words; without words, the newest')
    .argument('[words...]', 'a few words')
    .option('--id <ids>', 'full text of these, several with commas', collect)
    .option('--namespace <names>', 'only in these, several with commas (default: all)', collect)
    .addOption(
      new Option('--kind <kinds>', 'only of these kinds, several with commas')
        .choices(MEMORY_KINDS)
        .argParser((value: string, previous?: readonly MemoryKind[]) => collect(value, previous).map(parseKind)),
    )
    .option('--tags <tags>', 'must have all of these, several with commas', collect)
    .option('--as-of <time>', 'what was known at this time (ISO 8601)')
    .option('--limit <n>', 'at most so many', wholeNumber('a limit', 1, 100), 8)
    .action((words: string[], options: SearchOptions) => run((context) => search(context, words, options)));
}

async function store(context: CliContext, words: readonly string[], options: StoreOptions): Promise<ExitCode> {
  const content = await readPrompt(context, words, {
    what: 'memory',
    example: 'farebox memory store "Releases are cut on Tuesdays."',
  });
  const { key, namespace, kind, tags = [], ttl, supersedes } = options;
  return withEngine(context, async (engine) => {
    const stored = engine.memory.store({
      content,
      namespace,
      kind,
      tags,
      source: 'farebox-cli',
      ...(key === undefined ? {} : { key }),
      ...(ttl === undefined ? {} : { ttlDays: ttl }),
      ...(supersedes === undefined ? {} : { supersedes }),
    });
    if (context.json) await printJson(context, stored);
    else await context.stdout.line(`${stored.status} ${stored.id}, version ${stored.version}`);
    return EXIT.done;
  });
}

async function search(context: CliContext, words: readonly string[], options: SearchOptions): Promise<ExitCode> {
  const { id, namespace, kind, tags, asOf, limit } = options;
  return withEngine(context, async ({ memory }) => {
    const found = memory.search({
      ...(words.length > 0 ? { query: words.join(' ') } : {}),
      ...(id ? { ids: id } : {}),
      ...(namespace ? { namespaces: namespace } : {}),
      ...(kind ? { kinds: kind } : {}),
      ...(tags ? { tags } : {}),
      ...(asOf === undefined ? {} : { asOf }),
      limit,
    });
    if (context.json) {
      await printJson(context, { mode: found.mode, words: found.words, memories: found.hits.map(describeHit) });
    } else await context.stdout.line(renderHits(found, context.stdout));
    return EXIT.done;
  });
}

async function forget(context: CliContext, ids: readonly string[], options: ForgetOptions): Promise<ExitCode> {
  const { key, hard = false, thread } = options;
  if (thread !== undefined) return forgetThread(context, { ...options, thread }, ids);
  const namespace = options.namespace ?? (key === undefined ? undefined : DEFAULT_NAMESPACE);
  const target = {
    ...(key === undefined ? {} : { key }),
    ...(namespace === undefined ? {} : { namespace }),
    hard,
  };
  return withEngine(context, async ({ memory }) => {
    const { forgotten, unknown } =
      ids.length > 0 && key === undefined
        ? forgetIds(memory, ids, target)
        : { forgotten: memory.forget({ ...(ids.length > 0 ? { ids } : {}), ...target }), unknown: null };
    if (forgotten === 0) throw nothingForgotten(unknown, target);
    const { stdout, stderr } = context;
    if (context.json) await printJson(context, { forgotten, ...(unknown && { unknown }) });
    else await stdout.line(`${plural(forgotten, 'memory', 'memories')} forgotten`);
    if (unknown && unknown.length > 0)
      await stderr.line(`${stderr.colours.yellow('note')} not known here: ${plainLine(unknown.join(', '))}`);
    return EXIT.done;
  });
}

/** Forgets by id, and tells which ids nothing was found for. */
function forgetIds(memory: Memory, ids: readonly string[], target: Omit<MemoryTarget, 'ids' | 'key'>) {
  const wanted = [...new Set(ids)];
  const namespaces = target.namespace === undefined ? {} : { namespaces: [target.namespace] };
  const live = new Set<string>();
  for (let at = 0; at < wanted.length; at += SEARCHED_IDS) {
    const some = wanted.slice(at, at + SEARCHED_IDS);
    for (const { row } of memory.search({ ids: some, limit: SEARCHED_IDS, ...namespaces }).hits) live.add(row.id);
  }
  const forgotten = memory.forget({ ...target, ids: wanted });
  // What was hidden already is not found, but erased with `--hard` all the same.
  return { forgotten, unknown: forgotten === wanted.length ? [] : wanted.filter((id) => !live.has(id)) };
}

function nothingForgotten(unknown: readonly string[] | null, { key, namespace }: Omit<MemoryTarget, 'ids'>) {
  const what = unknown
    ? `${unknown.length === 1 ? 'the id' : 'the ids'} ${unknown.join(', ')}`
    : key === undefined
      ? `the namespace ${namespace}`
      : `the key ${key} in ${namespace}`;
  return new FareboxError('not_found', `Nothing was forgotten: there is no memory under ${what}.`, {
    remedy: 'farebox memory search shows what is there.',
    details: unknown ? { unknown } : {},
  });
}

async function exportRows(context: CliContext, namespaces: readonly string[] | undefined): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const rows = engine.memory.export(namespaces);
    if (context.json) await printJson(context, { memories: [...rows].map(describeMemory) });
    else await printLines(context, rows);
    return EXIT.done;
  });
}

async function printLines({ stdout }: CliContext, rows: Iterable<MemoryRow>): Promise<void> {
  for (const row of rows) {
    if (stdout.gone.aborted) return;
    await stdout.line(JSON.stringify(describeMemory(row)));
  }
}

async function importRows(context: CliContext, file: string): Promise<ExitCode> {
  const text =
    file === '-'
      ? await readPrompt(context, ['-'], { what: 'export', example: 'farebox memory import memories.jsonl' })
      : await readNamedFile(file, 'export');
  // All lines are read before the first row is added: an export with a broken line adds nothing.
  const rows = text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => parseMemoryLine(line, number));
  if (rows.length === 0) {
    throw new FareboxError('invalid_request', `There are no memories in ${file}.`, {
      remedy: 'Give a file that farebox memory export wrote.',
    });
  }
  return withEngine(context, async (engine: Engine) => {
    const { added, skipped } = engine.memory.import(rows);
    if (context.json) await printJson(context, { added, skipped });
    else
      await context.stdout.line(
        `${plural(added, 'memory', 'memories')} added, ${skipped} skipped (here already, or expired)`,
      );
    return EXIT.done;
  });
}
