import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ms, type Section, times } from './measure.ts';

const ROUNDS = 15;
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};
const INITIALIZED = { jsonrpc: '2.0', method: 'notifications/initialized' };
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

/** Time from spawning a stdio server to its answer to `initialize` and to `tools/list`, and its memory when idle. */
export async function benchStartup(root: string): Promise<Section> {
  const bare = join(root, 'dist', 'bench', 'bare-server.js');
  await build({
    entryPoints: [join(root, 'tools', 'bench', 'bare-server.ts')],
    outfile: bare,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  const home = mkdtempSync(join(tmpdir(), 'farebox-bench-'));
  try {
    const ours: Round[] = [];
    const floor: Round[] = [];
    // Alternating, so that a slow moment of the machine meets both.
    for (let i = 0; i < ROUNDS; i++) {
      floor.push(await round([bare], home));
      ours.push(await round([join(root, 'dist', 'main.js'), 'mcp'], home));
    }
    const [a, b] = [median(ours.map((r) => r.listed)), median(floor.map((r) => r.listed))];
    const [c, d] = [median(ours.map((r) => r.initialized)), median(floor.map((r) => r.initialized))];
    const rss = median(ours.map((r) => r.rssMiB));
    return {
      title: 'Start-up of the stdio server',
      method: `Median of ${ROUNDS} starts, alternating with a bare SDK server of one tool, bundled the same way. Memory after both answers.`,
      rows: [
        {
          name: 'spawn → answer to initialize',
          value: ms(c),
          ratio: `${times(c, d)} bare (${ms(d)})`,
          goal: '≤ 1.3 × bare',
          met: c <= 1.3 * d,
        },
        { name: 'spawn → answer to tools/list', value: ms(a), ratio: `${times(a, b)} bare (${ms(b)})` },
        {
          name: 'resident memory, idle',
          value: `${rss.toFixed(0)} MiB`,
          ratio: `${times(rss, median(floor.map((r) => r.rssMiB)))} bare`,
          goal: '≤ 110 MB',
          met: rss * 1.048576 <= 110,
        },
      ],
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

interface Round {
  readonly initialized: number;
  readonly listed: number;
  readonly rssMiB: number;
}

async function round(args: readonly string[], home: string): Promise<Round> {
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], FAREBOX_HOME: home },
  });
  const answers = answersOf(child);
  send(child, INITIALIZE);
  await answers(1);
  const initialized = performance.now() - start;
  send(child, INITIALIZED);
  send(child, LIST);
  await answers(2);
  const listed = performance.now() - start;
  const rssMiB = residentMiB(child.pid ?? 0);
  const exit = once(child, 'exit');
  child.stdin?.end();
  setTimeout(() => child.kill(), 2_000).unref();
  await exit;
  return { initialized, listed, rssMiB };
}

function send(child: ChildProcess, message: unknown): void {
  child.stdin?.write(`${JSON.stringify(message)}\n`);
}

/** Resolves when the answer with an id has come. */
function answersOf(child: ChildProcess): (id: number) => Promise<void> {
  const seen = new Set<number>();
  const waiting = new Map<number, () => void>();
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { id } = JSON.parse(line) as { id?: number };
      if (id === undefined) continue;
      seen.add(id);
      waiting.get(id)?.();
    }
  });
  return (id) => new Promise((resolve) => (seen.has(id) ? resolve() : void waiting.set(id, resolve)));
}

function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
  } catch {
    return Number.NaN;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
