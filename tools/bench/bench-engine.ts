import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { silentLog } from '../../src/telemetry/log.ts';

/** The whole engine in a temporary folder, its provider at `upstream`, with a budget that no benchmark reaches. */
export async function withEngine<T>(root: string, upstream: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'farebox-bench-'));
  const env = {
    FAREBOX_HOME: home,
    OPENROUTER_API_KEY: 'bench-key',
    OPENROUTER_BASE_URL: upstream,
    OLLAMA_BASE_URL: 'http://127.0.0.1:9/v1',
    MAX_MONTHLY_BUDGET: '1000000',
  };
  // The shipped limits of requests a minute would slow the benchmark down, as they should.
  const config = loadConfig({ env, configsDir: join(root, 'configs'), cwd: home });
  const unlimited = {
    ...config,
    profiles: new Map([...config.profiles].map(([name, profile]) => [name, withoutLimits(profile)])),
  };
  const engine = await openEngine(
    { version: 'bench', environment: env, cwd: home, clock: systemClock, random: systemRandom, log: silentLog },
    unlimited,
  );
  try {
    return await work(engine);
  } finally {
    await engine.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function withoutLimits<P extends { readonly models: object }>(profile: P): P {
  const models = Object.fromEntries(
    Object.entries(profile.models).map(([slot, spec]) => [
      slot,
      { ...spec, rateLimits: { requestsPerMinute: null, tokensPerMinute: null } },
    ]),
  );
  return { ...profile, models };
}

export function benchRequest(i: number): CompletionRequest {
  return {
    messages: [
      { role: 'user', content: `Write a function that parses ISO dates and returns epoch milliseconds, variant ${i}.` },
    ],
    cache: 'off',
    delivery: 'whole',
    constraints: { sensitivity: 'normal' },
    attribution: { surface: 'cli' },
  };
}
