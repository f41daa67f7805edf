import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openEngine, readConfig } from '../../src/app.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { tempFolder } from './temp-folder.ts';

export interface TestEngineOptions {
  /** Base URL that every hosted provider with a key is pointed at. */
  readonly upstream?: string;
  /** The user's configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly home?: string;
  readonly clock?: Clock;
  /** As `serve` and `mcp` open it. */
  readonly longRunning?: boolean;
}

/** The whole engine on a temporary folder, with OpenRouter at `upstream` (the sandbox where there is none). */
export async function openTestEngine(options: TestEngineOptions = {}): Promise<Engine> {
  const home = options.home ?? tempFolder();
  const environment = {
    FAREBOX_HOME: home,
    OLLAMA_BASE_URL: 'http://127.0.0.1:9/v1',
    ...(options.upstream ? { OPENROUTER_API_KEY: 'test-key-openrouter', OPENROUTER_BASE_URL: options.upstream } : {}),
    ...options.environment,
  };
  if (options.config) writeFileSync(join(home, 'config.json'), JSON.stringify(options.config));
  const deps = {
    version: '0.0.0-test',
    environment,
    cwd: home,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log: silentLog,
  };
  const engine = await openEngine(deps, readConfig(deps, {}), { longRunning: options.longRunning ?? false });
  onTestFinished(() => engine.close());
  return engine;
}

/** A request for a prompt, delivered whole, cache off, with what a test wants otherwise. */
export function ask(prompt: string, more: Partial<CompletionRequest> = {}): CompletionRequest {
  return {
    messages: [{ role: 'user', content: prompt }],
    cache: 'off',
    delivery: 'whole',
    attribution: { surface: 'cli' },
    ...more,
    constraints: { sensitivity: 'normal', ...more.constraints },
  };
}

/** Retries without waiting, for tests of what follows a failure. */
export const QUICK_RETRIES = {
  extends: 'balanced',
  routing: { fallbackRules: { onRateLimit: true, onError: true, onTimeout: true, maxRetries: 2, retryDelay: 1 } },
} as const;
