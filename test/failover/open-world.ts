import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, readConfig } from '../../src/app.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { silentLog } from '../../src/telemetry/log.ts';

/** Time limits of an upstream that falls silent, in ms: short, since silence is waited out. */
export const LIMITS = { connect: 2_000, firstToken: 2_000, idle: 2_000, total: 20_000 };
/** Of one that answers: beyond what a busy machine takes. */
export const PATIENT = { connect: 20_000, firstToken: 20_000, idle: 20_000, total: 60_000 };
export const PRIMARY = 'acme/primary';
export const FALLBACK = 'acme/fallback';

export interface WorldOptions {
  /** Base URLs of the upstreams that serve the primary and the fallback. */
  readonly primary: string;
  readonly fallback: string;
  /** Whether the models stream their answers; true where absent. */
  readonly streaming?: boolean;
  /** Merged over the configuration, section by section. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly clock?: Clock;
}

export interface World {
  readonly engine: Engine;
  readonly home: string;
  close(): Promise<void>;
}

/** A whole engine in a folder of its own, with two models at two providers, the second standing in for the first. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'farebox-failover-'));
  writeFileSync(join(home, 'config.json'), JSON.stringify(configOf(options)));
  const deps = {
    version: '0.0.0-test',
    environment: { FAREBOX_HOME: home, OLLAMA_BASE_URL: 'http://127.0.0.1:9/v1' },
    cwd: home,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log: silentLog,
  };
  const engine = await openEngine(deps, readConfig(deps, {}));
  return {
    engine,
    home,
    async close() {
      await engine.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function configOf({ primary, fallback, streaming = true, config = {} }: WorldOptions) {
  const fallbackRules = {
    onRateLimit: true,
    onError: true,
    onTimeout: true,
    onQualityFailure: true,
    maxRetries: 2,
    retryDelay: 10,
  };
  const base: Record<string, Record<string, unknown>> = {
    policy: { sandbox: 'off', discoverOllama: false },
    providers: {
      one: { baseUrl: primary, timeouts: LIMITS },
      two: { baseUrl: fallback, timeouts: PATIENT },
    },
    models: {
      primary: model('one', PRIMARY, 128_000, streaming),
      fallback: model('two', FALLBACK, 256_000, streaming),
    },
    routing: { fallbackRules },
  };
  const sections = new Set([...Object.keys(base), ...Object.keys(config)]);
  return {
    extends: 'balanced',
    ...Object.fromEntries([...sections].map((name) => [name, { ...base[name], ...config[name] }])),
  };
}

/** One dollar a million tokens in, two out. */
export function model(provider: string, name: string, contextWindow: number, streaming: boolean, more: object = {}) {
  return {
    provider,
    model: name,
    pricing: { input: 1, output: 2 },
    capabilities: { toolCalling: true, jsonMode: true, streaming, contextWindow, multimodal: false, ...more },
    qualityScore: 90,
  };
}
