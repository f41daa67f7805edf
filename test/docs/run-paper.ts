import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLOSED_PORT_URL, programFile } from '../support/program.ts';
import { projectRoot } from '../support/source-tree.ts';
import type { ShellCommand } from './shell-commands.ts';

const SHIMS = fileURLToPath(new URL('./shims/', import.meta.url));

/** Files that the papers speak of as the reader's own. */
const READERS_FILES: Readonly<Record<string, string>> = {
  'build.log': "src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
  'invoice.txt': 'Invoice 17\n2 chairs 120.00\n1 table 349.50\nTotal 589.50 EUR\n',
};

export interface PaperRun {
  readonly code: number | null;
  /** What failed, and everything that was printed. */
  readonly output: string;
}

/**
 * Runs the commands of a paper one after the other in a shell, in a home of their own, without the tester's environment
 * and without any provider. A command that ends with another code than announced ends the run. Services are left running until
 * the last command is done.
 */
export async function runPaper(commands: readonly ShellCommand[]): Promise<PaperRun> {
  const home = mkdtempSync(join(tmpdir(), 'farebox-docs-'));
  const services = join(home, 'services');
  writeFileSync(services, '');
  try {
    const ports = {
      '4141': await freePort(),
      '4142': await freePort(),
      '4143': await freePort(),
      '4150': await freePort(),
    };
    const child = spawn('sh', ['-c', scriptOf(commands, ports)], {
      cwd: makeWorkingFolder(home),
      env: {
        PATH: [makeCommands(home), process.env['PATH'] ?? ''].join(delimiter),
        HOME: home,
        OLLAMA_BASE_URL: CLOSED_PORT_URL,
        OPENROUTER_API_KEY: '',
        DOCS_TEST_ROOT: join(projectRoot, 'package.json'),
        DOCS_TEST_PROGRAM: programFile,
        DOCS_TEST_SERVICES: services,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  } finally {
    await stopServices(services);
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Each command, and behind it a check of how it ended. */
function scriptOf(commands: readonly ShellCommand[], ports: Readonly<Record<string, number>>): string {
  const check =
    'check() { code=$?; [ "$code" = "$1" ] || { echo "FAILED line $2: exit code $code, expected $1" >&2; exit 99; }; }';
  return [
    check,
    ...commands.map(({ text, exitCode, line }) => `${withPorts(text, ports)}\ncheck ${exitCode} ${line}`),
  ].join('\n');
}

/** The ports of the papers may be taken where the test runs. */
function withPorts(text: string, ports: Readonly<Record<string, number>>): string {
  return withDefaultPort(text).replace(/\b(4141|4142|4143|4150)\b/g, (port) => String(ports[port]));
}

function withDefaultPort(text: string): string {
  if (text.includes('--port')) return text;
  return text
    .replace(/^((?:npx |node tools\/)?farebox(?:\.mjs)? serve)\b/, '$1 --port 4141')
    .replace(/^((?:npx |node tools\/)?farebox(?:\.mjs)? sandbox)\b/, '$1 --port 4142');
}

function makeWorkingFolder(home: string): string {
  const folder = join(home, 'work');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(READERS_FILES)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A folder for PATH: farebox in all its spellings, and what the papers use of other programs. */
function makeCommands(home: string): string {
  const folder = join(home, 'bin');
  mkdirSync(folder);
  const node = `exec '${process.execPath}'`;
  const farebox = [
    'case "$1" in',
    `  serve|sandbox) ${node} '${SHIMS}service.mjs' "$@" ;;`,
    `  mcp) ${node} '${SHIMS}mcp.mjs' "$@" ;;`,
    `  *) ${node} '${programFile}' "$@" ;;`,
    'esac',
  ].join('\n');
  const shim = (name: string, body: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  shim('farebox', farebox);
  shim('npx', `shift\n${farebox}`);
  // `node tools/farebox.mjs …` of a checkout.
  shim('node', `shift\n${farebox}`);
  shim('npm', `set -- serve --port 0\n${farebox}`);
  shim('sqlite3', `${node} '${SHIMS}sqlite3.mjs' "$@"`);
  shim('curl', `${node} '${SHIMS}curl.mjs' "$@"`);
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function stopServices(file: string): Promise<void> {
  for (const pid of readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number)) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
  }
}
