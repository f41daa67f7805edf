import { describe, expect, it } from 'vitest';
import { clientSetups, shellLine } from '../../src/cli/clients.ts';
import { fencedBlocks, type Paper, readPapers } from './read-papers.ts';
import { runPaper } from './run-paper.ts';
import { type ShellCommand, shellCommands } from './shell-commands.ts';

const papers = readPapers();

/** `npm start` is `farebox serve`; what else npm does would build or install under the feet of the other tests. */
const isRun = ({ words: [program = '', argument] }: ShellCommand) =>
  ['farebox', 'npx', 'node', 'sqlite3', 'curl', 'cat', 'echo', 'export', 'mkdir'].includes(program) ||
  (program === 'npm' && argument === 'start');
const isClientCommand = ({ words: [program = ''] }: ShellCommand) =>
  ['claude', 'gemini', 'qwen', 'codex', 'code'].includes(program);
/** How one comes to a checkout. */
const isGettingThere = ({ words: [program = ''] }: ShellCommand) => ['git', 'cd'].includes(program);

function shellBlocks(paper: Paper) {
  return fencedBlocks(paper).filter(({ language }) => language === 'sh');
}

function commandsOf(paper: Paper): readonly ShellCommand[] {
  return shellBlocks(paper)
    .filter(({ note }) => !note.startsWith('no-run'))
    .flatMap(shellCommands);
}

/** The longest paper in parts that do not build on each other: a section a command, those of `memory`, of `ledger` and of `migrate` together. */
function sectionsOf({ path, text }: Paper): readonly Paper[] {
  const sections = text.split(/^(?=## (?!memory (?!store)|ledger (?!verify)|migrate (?!analyse)))/m);
  return sections.map((section) => ({ path: `${path}, ${/^## (\w+)/.exec(section)?.[1] ?? 'top'}`, text: section }));
}

/** The line of each client as `farebox init` prints it: from a checkout or installed, with and without a key, and over HTTP. */
function linesOfInit(): ReadonlySet<string> {
  const selfCommands = [
    ['node', '/path/to/farebox/tools/farebox.mjs'],
    ['npx', '-y', 'farebox'],
  ];
  const connections = selfCommands.flatMap((selfCommand) => [
    { selfCommand, env: [] },
    { selfCommand, env: ['OPENROUTER_API_KEY'] },
    { selfCommand, env: [], url: 'http://127.0.0.1:4141/mcp' },
  ]);
  const setups = connections.flatMap((connection) => clientSetups(connection));
  return new Set(setups.flatMap(({ command }) => (command ? [shellLine(command)] : [])));
}

describe('the commands of the papers', () => {
  const runs = papers
    .flatMap((paper) => (paper.path === 'docs/cli.md' ? sectionsOf(paper) : [paper]))
    .map((part) => [part.path, commandsOf(part).filter(isRun)] as const);

  it.concurrent.each(runs.filter(([, commands]) => commands.length > 0))(
    'of %s end as announced (DOC-01)',
    async (_path, commands) => {
      const { code, output } = await runPaper(commands);
      expect(code === 0 ? 'as announced' : output.slice(-2000)).toBe('as announced');
    },
    60_000,
  );

  it('are all known to this test: run, compared, or left out for a reason', () => {
    const unknown = papers.flatMap((paper) =>
      commandsOf(paper)
        .filter((command) => !isRun(command) && !isClientCommand(command) && !isGettingThere(command))
        .map(({ text, line }) => `${paper.path}:${line}: ${text}`),
    );
    expect(unknown).toEqual([]);
    const withoutReason = papers.flatMap((paper) =>
      shellBlocks(paper)
        .filter(({ note }) => note !== '' && !/^no-run \(.+\)$/.test(note))
        .map(({ line }) => `${paper.path}:${line}`),
    );
    expect(withoutReason).toEqual([]);
  });

  it('for MCP clients are those that farebox init prints', () => {
    const known = linesOfInit();
    const given = papers.flatMap((paper) => commandsOf(paper).filter(isClientCommand));
    expect(given.length).toBeGreaterThan(5);
    expect(given.map(({ text }) => text.replace(/\s+#.*$/, '')).filter((text) => !known.has(text))).toEqual([]);
  });

  it('stand beside the files of clients as farebox init prints them', () => {
    const selfCommand = ['node', '/path/to/farebox/tools/farebox.mjs'];
    const quickStart = papers.find(({ path }) => path === 'docs/quick-start.md');
    const shown = quickStart ? fencedBlocks(quickStart).filter(({ language }) => language === 'json') : [];
    const files = clientSetups({ selfCommand, env: [] }).flatMap(({ file }) => (file ? [file.content] : []));
    expect(shown.map(({ text }) => JSON.parse(text) as unknown)).toEqual(files);
  });
});
