import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { composeAnswer } from '../../src/sandbox/compose-answer.ts';
import { sandboxModel } from '../../src/sandbox/sandbox-models.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { startFaultyReplicas } from './faulty-replicas.ts';

export interface SoakOptions {
  /** Folder of the checkout. */
  readonly root: string;
  readonly requests: number;
  readonly concurrency: number;
  /** After each so many requests the heap is measured, if the garbage can be collected, and the upstreams forget. */
  readonly round: number;
}

export interface SoakResult {
  readonly requests: number;
  readonly answered: number;
  /** Answers that passed as whole and were not what the model says. */
  readonly wrong: number;
  readonly errors: Readonly<Record<string, number>>;
  /** What the engine booked and what the upstreams received. */
  readonly attempts: number;
  readonly received: number;
  /** Bytes of heap in use after each round; empty where Node runs without --expose-gc. */
  readonly heap: readonly number[];
  /** Connections that are open once the engine is closed. */
  readonly socketsLeft: number;
  readonly durationMs: number;
}

const REPLICAS = 3;
const MODEL = 'acme/replica';

/** Many requests to one model at three upstreams of which each fails a fifth of the time, and what became of them. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const home = mkdtempSync(join(tmpdir(), 'farebox-soak-'));
  const sandboxes = await startFaultyReplicas(REPLICAS);
  const engine = await openReplicated(options.root, home, sandboxes);
  const startedAt = systemClock.monotonic();
  const tally: Tally = { answered: 0, wrong: 0, errors: {}, attempts: 0 };
  const heap: number[] = [];
  let received = 0;
  try {
    for (let from = 0; from < options.requests; from += options.round) {
      const to = Math.min(from + options.round, options.requests);
      await runRound(engine, from, to, options.concurrency, tally);
      for (const sandbox of sandboxes) {
        received += sandbox.requests().length;
        sandbox.reset();
      }
      if (globalThis.gc) {
        globalThis.gc();
        heap.push(process.memoryUsage().heapUsed);
      }
    }
  } finally {
    await engine.close();
  }
  const durationMs = systemClock.monotonic() - startedAt;
  const socketsLeft = await openSockets();
  for (const sandbox of sandboxes) await sandbox.close();
  rmSync(home, { recursive: true, force: true });
  return { requests: options.requests, ...tally, received, heap, socketsLeft, durationMs };
}

interface Tally {
  answered: number;
  wrong: number;
  errors: Record<string, number>;
  attempts: number;
}

async function openReplicated(root: string, home: string, sandboxes: readonly Sandbox[]): Promise<Engine> {
  const timeouts = { connect: 5_000, firstToken: 2_000, idle: 2_000, total: 30_000 };
  const names = sandboxes.map((_, index) => `replica-${index + 1}`);
  const capabilities = { toolCalling: true, jsonMode: true, streaming: true, contextWindow: 128_000 };
  const file = {
    extends: 'balanced',
    policy: { sandbox: 'off', discoverOllama: false },
    providers: Object.fromEntries(names.map((name, index) => [name, { baseUrl: sandboxes[index]?.url, timeouts }])),
    catalogue: names.map((provider) => ({
      provider,
      model: MODEL,
      pricing: { input: 0.1, output: 0.1 },
      capabilities,
    })),
    monitoring: { costTracking: { monthlyBudget: 100_000 } },
    routing: { fallbackRules: { onRateLimit: true, onError: true, onTimeout: true, maxRetries: 3, retryDelay: 20 } },
  };
  writeFileSync(join(home, 'config.json'), JSON.stringify(file));
  const environment = { FAREBOX_HOME: home, OLLAMA_BASE_URL: 'http://127.0.0.1:9/v1' };
  const config = loadConfig({ env: environment, configsDir: join(root, 'configs'), cwd: home });
  const deps = { version: 'soak', environment, cwd: home, clock: systemClock, random: systemRandom, log: silentLog };
  return openEngine(deps, config);
}

async function runRound(engine: Engine, from: number, to: number, width: number, tally: Tally): Promise<void> {
  let next = from;
  const work = async () => {
    while (next < to) await askOnce(engine, next++, tally);
  };
  await Promise.all(Array.from({ length: width }, work));
}

async function askOnce(engine: Engine, number: number, tally: Tally): Promise<void> {
  const prompt = `Request ${number}: say what you were asked.`;
  const request: CompletionRequest = {
    messages: [{ role: 'user', content: prompt }],
    cache: 'off',
    delivery: 'whole',
    constraints: { sensitivity: 'normal', model: MODEL, task: 'general', complexity: 'medium' },
    attribution: { surface: 'cli' },
  };
  const { status, text, error, attempts } = await engine.pipeline.complete(request, new AbortController().signal);
  tally.attempts += attempts.length;
  if (status !== 'complete') {
    const what = error?.message.replace(/\d+/g, 'N').slice(0, 120) ?? status;
    tally.errors[what] = (tally.errors[what] ?? 0) + 1;
  } else if (text === rightAnswer(prompt)) tally.answered++;
  else tally.wrong++;
}

/** What the simulated model says to a prompt, reckoned without any connection. */
function rightAnswer(prompt: string): string {
  const request = {
    model: MODEL,
    messages: [{ role: 'user', text: prompt }],
    stream: true,
    includeUsage: true,
    maxTokens: null,
    tools: [],
    toolChoice: 'auto',
    format: { type: 'text' },
  } as const;
  return composeAnswer(request, sandboxModel(MODEL, []), {}).tokens.join('');
}

/** Connections of this process, given a moment to close. */
async function openSockets(): Promise<number> {
  const count = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  for (let waited = 0; waited < 40 && count() > 0; waited++) await systemClock.sleep(50);
  return count();
}

/** By how many bytes the heap grows with each request, by least squares over the later half of the rounds. */
export function heapSlope({ heap }: SoakResult, round: number): number {
  const later = heap.slice(Math.floor(heap.length / 2));
  const middle = (later.length - 1) / 2;
  const mean = later.reduce((sum, bytes) => sum + bytes, 0) / later.length;
  const rise = later.reduce((sum, bytes, index) => sum + (index - middle) * (bytes - mean), 0);
  const spread = later.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return spread === 0 ? 0 : rise / spread / round;
}
