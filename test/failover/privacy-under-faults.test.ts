import { beforeAll, describe, expect, it } from 'vitest';
import type { CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import type { RoutingConstraints } from '../../src/domain/completion-request.ts';
import { ask } from '../support/open-test-engine.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { FAULTS, type Fault, isSilent } from './faults.ts';
import { inParallel } from './in-parallel.ts';
import { LIMITS, model, openWorld, PATIENT } from './open-world.ts';

const PLACES = ['home', 'eu', 'us'] as const;
type Place = (typeof PLACES)[number];

interface Run {
  readonly outcome: CompletionOutcome;
  /** How many requests each upstream got. */
  readonly asked: Readonly<Record<Place, number>>;
}

/** A call whose allowed upstream has the fault, while two that are healthy must not be asked. */
async function run(fault: Fault, allowed: Place, constraints: Partial<RoutingConstraints>): Promise<Run> {
  const { behaviour } = fault;
  const sandboxes = await Promise.all(
    PLACES.map((place) =>
      startTestSandbox({
        script: { steps: [{ do: place === allowed ? { tokens: 60, ...behaviour } : { tokens: 60 } }] },
      }),
    ),
  );
  const [home, eu, us] = sandboxes.map(({ url }) => ({ baseUrl: url, timeouts: isSilent(fault) ? LIMITS : PATIENT }));
  const world = await openWorld({
    primary: '',
    fallback: '',
    config: {
      providers: { one: { ...us }, two: { ...eu, region: 'eu' }, here: { ...home, local: true } },
      models: {
        primary: model('one', 'acme/us', 128_000, true),
        secondary: model('two', 'acme/eu', 128_000, true),
        fallback: model('here', 'acme/home', 128_000, true),
      },
      routing: {
        fallbackRules: {
          onRateLimit: true,
          onError: true,
          onTimeout: true,
          onQualityFailure: true,
          cascadeFallback: true,
          maxRetries: 1,
          retryDelay: 10,
        },
      },
    },
  });
  try {
    const request = ask('my diary', { constraints: { sensitivity: 'normal', task: 'general', ...constraints } });
    const outcome = await world.engine.pipeline.complete(request, new AbortController().signal);
    const asked = sandboxes.map((sandbox) => sandbox.requests().length);
    return { outcome, asked: { home: asked[0] ?? -1, eu: asked[1] ?? -1, us: asked[2] ?? -1 } };
  } finally {
    await world.close();
    for (const sandbox of sandboxes) await sandbox.close();
  }
}

describe.each([
  ['a private request reaches no upstream but the local one (RTR-19)', 'home', { sensitivity: 'private' }],
  ['a request that must stay in the EU reaches no upstream elsewhere (RTR-20)', 'eu', { region: 'eu' }],
] as const)('under every fault, %s', (_title, allowed, constraints) => {
  const runs = new Map<string, Run>();
  beforeAll(async () => {
    await inParallel(8, FAULTS, async (fault) => {
      runs.set(fault.name, await run(fault, allowed, constraints));
    });
  }, 60_000);

  it.each(FAULTS)('$name', ({ name, phase }) => {
    const found = runs.get(name);
    const others = Object.entries(found?.asked ?? {}).filter(([place]) => place !== allowed);
    expect(found?.asked[allowed]).toBeGreaterThan(0);
    expect(others.map(([, count]) => count)).toEqual([0, 0]);
    if (phase === 'end') expect(found?.outcome.status).toBe('complete');
    else if (phase === 'cut_short') expect(found?.outcome.status).toBe('incomplete');
    else {
      expect(found?.outcome.status).toMatch(/^(failed|incomplete)$/);
      expect(found?.outcome.error?.code).toMatch(/^[a-z_]+$/);
    }
  });
});
