import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { projectRoot } from './source-tree.ts';

/** The built program, as users run it; `pretest` has built it. */
export const programFile = join(projectRoot, 'dist', 'main.js');

/** Where certainly nobody listens: port 1 needs privileges, and no system uses it. */
export const CLOSED_PORT_URL = 'http://127.0.0.1:1/v1';

export interface ProgramOptions {
  /** `FAREBOX_HOME`; made where it is missing. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Standard input as a whole; `open` leaves it open for the test to write to. Nothing where absent. */
  readonly input?: string | Uint8Array | 'open' | undefined;
  readonly cwd?: string;
  /** The user that it runs as, where not this one. */
  readonly uid?: number | undefined;
}

export interface ProgramRun {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<ProgramRun>;
  /** Resolves as soon as standard output satisfies the condition; rejects where the program ends before. */
  until(condition: (stdout: string) => boolean): Promise<string>;
  /** A line to standard input. */
  say(line: string): void;
}

/** Nothing of the tester's own environment but PATH; no Ollama that happens to run here. */
export function programEnvironment(home: string, env: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', FAREBOX_HOME: home, OLLAMA_BASE_URL: CLOSED_PORT_URL, ...env };
}

/** Starts `farebox …`. What still runs when the test is over is killed. */
export function startProgram(args: readonly string[], options: ProgramOptions): Program {
  const { home, env, input, cwd, uid } = options;
  mkdirSync(home, { recursive: true });
  const child = spawn(process.execPath, [programFile, ...args], {
    env: programEnvironment(home, env),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const stdout = collect(child, 'stdout');
  const stderr = collect(child, 'stderr');
  // A program that refuses its arguments may be gone before it has read its input.
  child.stdin.on('error', () => {});
  if (input !== 'open') child.stdin.end(input ?? '');
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: stdout.text(),
    stderr: stderr.text(),
  }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    stdout: stdout.text,
    stderr: stderr.text,
    ended,
    until: (condition) => until(child, stdout, condition, () => stderr.text()),
    say: (line) => void child.stdin.write(`${line}\n`),
  };
}

/** Runs `farebox …` to its end. */
export function runProgram(args: readonly string[], options: ProgramOptions): Promise<ProgramRun> {
  return startProgram(args, options).ended;
}

/** Runs a command with `--json` and parses the one document that it prints. */
export async function runJson<T = Record<string, unknown>>(
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramRun & { readonly document: T }> {
  const run = await runProgram([...args, '--json'], options);
  return { ...run, document: JSON.parse(run.stdout) as T };
}

interface Collected {
  text(): string;
  onGrowth(listener: () => void): () => void;
}

function collect(child: ChildProcess, name: 'stdout' | 'stderr'): Collected {
  const stream = child[name];
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    text: () => Buffer.concat(chunks).toString('utf8'),
    onGrowth(listener) {
      stream?.on('data', listener);
      return () => void stream?.off('data', listener);
    },
  };
}

function until(
  child: ChildProcess,
  output: Collected,
  condition: (text: string) => boolean,
  explain: () => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (!condition(output.text())) return;
      stop();
      resolve(output.text());
    };
    const onClose = () => reject(new Error(`The program ended before: ${output.text()}\n${explain()}`));
    const forget = output.onGrowth(check);
    const stop = () => {
      forget();
      child.off('close', onClose);
    };
    child.once('close', onClose);
    check();
  });
}
