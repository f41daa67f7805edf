import { describe, expect, it } from 'vitest';
import { type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import { fromUsd } from '../../src/domain/money.ts';
import type { Price } from '../../src/domain/price.ts';
import type { PricePeriod } from '../../src/spend/price-register.ts';
import type { RepricedLine, RepriceQuery } from '../../src/spend/reprice.ts';
import { createFakeEngine, fakeDeployment } from '../support/fake-engine.ts';
import { CHEAP, NOON } from '../support/ledger-facts.ts';
import { runFarebox } from '../support/run-cli.ts';

const model = (name: string, price: Price | null, provider = 'openrouter'): Deployment => ({
  ...fakeDeployment,
  id: toDeploymentId(provider, name),
  provider,
  model: name,
  upstreamModel: name,
  price,
});
const perMillion = (input: number, output: number, parts: Partial<Price> = {}): Price => ({
  ...CHEAP,
  rates: { ...CHEAP.rates, input: fromUsd(input), output: fromUsd(output) },
  ...parts,
});

function farebox(deployments: readonly Deployment[]) {
  const engine = createFakeEngine();
  return { openEngine: async () => ({ ...engine, catalogue: { ...engine.catalogue, deployments } }) };
}

describe('prices', () => {
  it('lists rates, kind, source and day, and marks what is stale (CST-17)', async () => {
    const fixed = { kind: 'flat', monthly: fromUsd(20), account: null } as const;
    const run = await runFarebox(
      ['prices'],
      farebox([
        model('fresh', perMillion(0.15, 0.6)),
        model('old', perMillion(1, 2, { asOf: '2026-05-01' })),
        model('subscribed', perMillion(0, 0, { fixed })),
        model('unpriced', null),
      ]),
    );
    expect(run.stdout).toMatch(/openrouter\/old +1\.00 +2\.00/);
    expect(run.stdout).toContain('2026-05-01 stale');
    expect(run.stdout).toMatch(/subscribed +0 +0 .*\$20\.00 a month/);
    expect(run.stdout).toMatch(/unpriced +unknown +unknown/);
    expect(run.stderr).toContain('1 price said to be true more than 180 days ago');
  });

  it('prints the same as one document', async () => {
    const run = await runFarebox(['prices', 'list', '--json'], farebox([model('fresh', perMillion(0.15, 0.6))]));
    expect(JSON.parse(run.stdout).prices[0]).toMatchObject({
      id: 'openrouter/fresh',
      kind: 'usage',
      price: {
        usd_per_million: { input: 0.15, output: 0.6 },
        source: 'profile',
        as_of: '2026-11-01',
        age_days: 20,
        stale: false,
      },
    });
  });

  it('compares with the list, and names a unit that was mixed up', async () => {
    const run = await runFarebox(
      ['prices', 'compare'],
      // Per thousand tokens, taken for per million.
      farebox([model('anthropic/claude-3.5-sonnet', perMillion(0.006, 0.03)), model('nobody/knows', perMillion(1, 1))]),
    );
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('over 10×');
    expect(run.stdout).toContain('1 price compared with @pydantic/genai-prices; 1 model it cannot judge.');
    expect(run.stderr).toContain('one of them may be per thousand tokens');
  });

  it('compares with what a provider lists now', async () => {
    const listed = perMillion(0.15, 0.6, { source: 'provider' });
    const options = {
      ...farebox([model('m', perMillion(0.15, 0.6)), model('other', CHEAP, 'groq')]),
      listPrices: async () => new Map([['m', listed]]),
    };
    const engine = await options.openEngine();
    const providers = [
      { name: 'openrouter', enabled: true, hint: '' },
      { name: 'groq', enabled: false, hint: 'set GROQ_API_KEY' },
    ];
    const openEngine = async () => ({ ...engine, config: { ...engine.config, providers: providers as never } });
    const run = await runFarebox(['prices', 'compare', '--provider', 'openrouter', '--json'], {
      ...options,
      openEngine,
    });
    expect([run.code, JSON.parse(run.stdout)]).toMatchObject([
      0,
      { not_compared: 0, suspicious: 0, compared: [{ id: 'openrouter/m', differences: [] }] },
    ]);

    const refused = async (provider: string, listPrices: typeof options.listPrices) =>
      await runFarebox(['prices', 'compare', '--provider', provider], { openEngine, listPrices });
    expect((await refused('openroutr', options.listPrices)).stderr).toContain('Did you mean "openrouter"?');
    expect((await refused('groq', options.listPrices)).stderr).toContain('set GROQ_API_KEY');
    expect((await refused('openrouter', async () => new Map())).stderr).toContain('lists its models without prices');
    const offline = await refused('openrouter', () => Promise.reject(new Error('getaddrinfo ENOTFOUND openrouter.ai')));
    expect([offline.code, offline.stderr]).toEqual([1, expect.stringContaining('asked over the network')]);
  });

  it('tells the prices that a model has had', async () => {
    const engine = createFakeEngine();
    const period: PricePeriod = {
      ...{ provider: 'acme', model: 'small-1', simulated: false, since: NOON, seenAt: NOON + 86_400_000 },
      ...{ price: CHEAP, hash: 'ab'.repeat(32) },
    };
    const openEngine = async () => ({ ...engine, prices: { see: () => {}, periods: () => [period] } });
    const run = await runFarebox(['prices', 'history', 'small-1'], { openEngine });
    expect(run.stdout).toContain('2026-11-21 12:00');
    expect(run.stdout).toContain('abababab');
    const { periods } = JSON.parse((await runFarebox(['prices', 'history', '--json'], { openEngine })).stdout);
    expect(periods[0]).toMatchObject({
      effective_from: '2026-11-21T12:00:00.000Z',
      hash: 'ab'.repeat(32),
      price: { source: 'profile' },
    });
    const unknown = await runFarebox(['prices', 'history', 'nothing']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('No price of "nothing" has been seen here.'),
    ]);
  });

  it('prices history again at today’s prices, and leaves free what a quota gave', async () => {
    const engine = createFakeEngine();
    const line: RepricedLine = {
      ...{ provider: 'acme', model: 'small-1', attempts: 3, booked: fromUsd(1), repriced: fromUsd(2) },
      ...{ left: 1, leftBooked: fromUsd(0.5) },
    };
    let asked: RepriceQuery | undefined;
    const again: unknown[] = [];
    const openEngine = async () => ({
      ...engine,
      books: {
        ...engine.books,
        reprice: ((query, priceAgain) => {
          asked = query;
          const served = { provider: 'acme', model: 'small-1', upstreamModel: 'small-1' };
          const free: Price = { ...CHEAP, source: 'free-quota' };
          again.push(
            priceAgain(served, CHEAP)?.source,
            priceAgain(served, free),
            priceAgain({ ...served, model: 'gone' }, CHEAP),
          );
          return [line];
        }) as typeof engine.books.reprice,
      },
    });
    const run = await runFarebox(['prices', 'reprice', '--period', '7d'], { openEngine });
    expect(run.stdout).toMatch(/acme\/small-1 +3 +\$1\.00 +\$2\.00 +\$1\.00 +1 \(\$0\.50\)/);
    expect(asked).toMatchObject({ simulated: false, since: NOON - 7 * 86_400_000 });
    expect(again).toEqual([fakeDeployment.price?.source, { ...CHEAP, source: 'free-quota' }, null]);
    const json = JSON.parse(
      (await runFarebox(['prices', 'reprice', '--with', 'booked', '--json'], { openEngine })).stdout,
    );
    expect(json).toMatchObject({
      with: 'booked',
      totals: { difference_usd: 1 },
      models: [{ not_repriced_attempts: 1 }],
    });
  });
});
