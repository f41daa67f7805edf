import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COMMAND_TIMEOUTS } from '../../src/config/builtin-commands.ts';
import type { CommandLineConfig } from '../../src/config/command-line-config.ts';
import type { Timeouts } from '../../src/config/config.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createCommandLineProvider } from '../../src/providers/command-line/command-line-provider.ts';
import type { Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { projectRoot } from './source-tree.ts';
import { tempFolder } from './temp-folder.ts';

/** The fakes in `test/fixtures/command-line`. */
export type FakeCommand = 'claude' | 'codex' | 'copilot' | 'gemini' | 'qwen' | 'own';

/** What a fake noted of one run, or of a process that it left behind. */
export interface Noted {
  readonly pid?: number;
  readonly argv?: readonly string[];
  readonly stdin?: string;
  readonly cwd?: string;
  readonly files?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly descendant?: number;
  readonly ready?: boolean;
}

export interface InstalledFake {
  /** The executable, named as the real tool is. */
  readonly file: string;
  /** PATH with its folder first. */
  readonly path: string;
  /** What makes it behave: for its environment. */
  environment(scenario?: string): Record<string, string>;
  readonly noted: () => readonly Noted[];
}

/** Puts a fake into a folder of its own, as an executable with the real tool's name. */
export function installFake(name: FakeCommand): InstalledFake {
  const folder = tempFolder();
  const file = join(folder, name);
  const script = join(projectRoot, 'test', 'fixtures', 'command-line', `fake-${name}.mjs`);
  writeFileSync(file, `#!${process.execPath}\nimport(${JSON.stringify(pathToFileURL(script).href)});\n`);
  chmodSync(file, 0o755);
  const log = join(folder, 'log.jsonl');
  return {
    file,
    path: [folder, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    environment: (scenario = 'answer') => ({ FAKE_SCENARIO: scenario, FAKE_LOG: log }),
    noted: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Noted)
        : [],
  };
}

export interface FakeProviderOptions {
  readonly scenario?: string;
  readonly command?: Partial<CommandLineConfig>;
  readonly timeouts?: Partial<Timeouts>;
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
}

/** A provider that runs a fake. */
export function fakeProvider(fake: InstalledFake, tool: FakeCommand, options: FakeProviderOptions = {}): Provider {
  const { scenario, command, timeouts, clock = systemClock, env } = options;
  return createCommandLineProvider({
    name: `${tool}-cli`,
    command: {
      tool: tool === 'own' ? 'custom' : tool,
      argv: [tool],
      args: [],
      cwd: null,
      env: { PATH: fake.path, ...fake.environment(scenario), ...env },
      maxProcesses: 2,
      maxOutputBytes: 1_000_000,
      ...command,
    },
    timeouts: { ...COMMAND_TIMEOUTS, ...timeouts },
    clock,
    zone: 'UTC',
  });
}

export async function collectEvents(events: AsyncIterable<ProviderEvent>): Promise<readonly ProviderEvent[]> {
  const all: ProviderEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Whether a process still runs: a zombie that nobody has asked after yet does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'latin1'));
}
