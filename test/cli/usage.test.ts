import { describe, expect, it } from 'vitest';
import { createFakeEngine } from '../support/fake-engine.ts';
import { piped, runFarebox } from '../support/run-cli.ts';

describe('farebox without a command', () => {
  it('is help for a person at a terminal', async () => {
    const run = await runFarebox([]);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^Usage: farebox/);
    expect(run.stdout.split('\n').filter((line) => line.length > 100)).toEqual([
      expect.stringMatching(/^Exit codes: /),
    ]);
  });

  it.each([
    [[], {}],
    [['mcp'], {}],
    [['mcp', '--profile', 'budget'], { profile: 'budget' }],
    [['--config', 'a.json'], { config: 'a.json' }],
    [['mcp', '--config=a.json'], { config: 'a.json' }],
  ])('speaks MCP for a client that started it through a pipe: %j', async (argv, options) => {
    const seen: unknown[] = [];
    const serveMcp = async (given: unknown) => void seen.push(given);
    expect(await runFarebox(argv, { ...piped(''), serveMcp })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(seen).toEqual([options]);
  });

  it('ends MCP when the process is told to end', async () => {
    const run = await runFarebox(['mcp'], {
      serveMcp: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
      onInterrupt: (listener) => {
        setImmediate(listener);
        return () => {};
      },
    });
    expect(run.code).toBe(0);
  });

  it('keeps stdout clean for the protocol when MCP cannot start', async () => {
    const serveMcp = () => Promise.reject(new Error('no luck'));
    const run = await runFarebox(['mcp', '--json'], { serveMcp });
    expect([run.code, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toContain('no luck');
  });
});

describe('wrong usage exits 2 and names the nearest right way', () => {
  it.each([
    [['rport'], 'There is no command "rport".', 'Did you mean "report"?'],
    [['why', 'is', 'it'], 'There is no command "why".', 'For a question: farebox ask'],
    [['agent', 'x'], 'The command agent is not there yet.', 'What exists: ask, route'],
    [['swarm', 'x'], 'The command swarm is not there yet.', 'What exists: ask, route'],
    [['memory'], 'memory needs a subcommand.', 'Choose one of: store, search, forget, threads, export, import.'],
    [['memory', 'serch', 'x'], 'There is no command "memory serch".', 'Did you mean "search"?'],
    [['help', 'modles'], 'There is no command "modles".', 'Did you mean "models"?'],
    [['memory', 'list'], 'There is no command "memory list".', 'export, import. See farebox memory --help.'],
    [['memory', 'store', ''], 'The memory is empty.', 'as in farebox memory store "'],
    [['route'], 'The prompt is empty.', 'as in farebox route "'],
    [['memory', 'store', 'x', '--colour'], "Unknown option '--colour'.", 'See farebox memory store --help.'],
    [['--colour', 'budget'], "Unknown option '--colour'.", 'See farebox --help.'],
    [['budget', 'all'], "Too many arguments for 'budget'.", 'See farebox budget --help.'],
    [['completion'], "Missing required argument 'shell'.", 'See farebox completion --help.'],
    [['completion', 'fis'], '"fis" is not a shell that is known here.', 'Did you mean "fish"?'],
    [['serve', '--port', '99999'], '"99999" is not a port.', 'from 0 to 65535'],
    [['sandbox', '--speed', 'fast'], '"fast" is not a speed.', '0 answers at once'],
    [['memory', 'import', '/nowhere'], 'The export /nowhere cannot be read: it does not exist.', 'Check the path'],
  ])('%j', async (argv, message, remedy) => {
    const run = await runFarebox(argv);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(remedy);
  });
});

describe('an unexpected error', () => {
  const openEngine = () => Promise.reject(new Error('no luck', { cause: new Error('sk-abcdefghijklmnop1234 leaked') }));

  it('is printed with its stack and causes at the level debug, secrets masked (SEC-01)', async () => {
    const run = await runFarebox(['budget'], { openEngine, debug: true });
    expect(run.stderr).toMatch(/\nError: no luck\n +at .*usage\.test\.ts:\d+/);
    expect(run.stderr).toContain('caused by Error: ••• leaked\n');
  });

  it('names that level otherwise', async () => {
    const run = await runFarebox(['budget'], { openEngine });
    expect(run.stderr).toMatch(/^error Something .*no luck\n {6}Run it again with FAREBOX_LOG_LEVEL=debug.*\n$/);
  });
});

describe('every command under --json', () => {
  it.each([
    [['ask', 'hi']],
    [['route', 'hi']],
    [['report']],
    [['budget']],
    [['models', '--all']],
    [['calc']],
    [['calc', '--claims']],
    [['roi', '--investment', '1', '--monthly-savings', '1']],
    [['memory', 'store', 'x']],
    [['memory', 'search', 'x']],
    [['memory', 'forget', '--key', 'x']],
    [['memory', 'export']],
    [['init']],
    [['doctor']],
    [['completion', 'bash']],
    [['rport']],
    [['ask']],
    [['help', 'rport']],
    [['memory', 'forget']],
  ])('prints exactly one document, and no secret in it or beside it (SEC-01): %j', async (argv) => {
    const run = await runFarebox([...argv, '--json']);
    const document = JSON.parse(run.stdout);
    if (run.code !== 0) expect(document.error).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    expect(run.stdout + run.stderr).not.toContain('canary');
    const text = await runFarebox(argv);
    expect(text.code).toBe(run.code);
    expect(text.stdout + text.stderr).not.toContain('canary');
  });

  it('hands the configuration file on, wherever the option stands', async () => {
    const seen: unknown[] = [];
    const openEngine = async (options: unknown) => {
      seen.push(options);
      return createFakeEngine();
    };
    await runFarebox(['--config', 'a.json', 'budget'], { openEngine });
    await runFarebox(['budget', '--config', 'a.json'], { openEngine });
    expect(seen).toEqual([{ config: 'a.json' }, { config: 'a.json' }]);
  });
});

describe('an engine that was opened', () => {
  it('is closed whatever happens, and what it noticed is told on stderr', async () => {
    let closed = 0;
    const engine = createFakeEngine();
    const openEngine = async () => ({
      ...engine,
      notices: ['The database was damaged and moved aside.'],
      close: async () => {
        closed += 1;
      },
      ledger: {
        ...engine.ledger,
        budgets: () => {
          throw new Error('gone wrong');
        },
      },
    });
    const run = await runFarebox(['budget'], { openEngine });
    expect([run.code, closed, run.stdout]).toEqual([1, 1, '']);
    expect(run.stderr).toMatch(/^note The database was damaged and moved aside\.\nerror Something went wrong/);
  });
});
