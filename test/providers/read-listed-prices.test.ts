import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { chooseDialect } from '../../src/providers/choose-dialect.ts';
import { createHttpProvider } from '../../src/providers/http-provider.ts';
import { readListedPrices } from '../../src/providers/read-listed-prices.ts';
import { respondJson, startPlainServer } from '../support/plain-server.ts';

const listing = (pricing: unknown) => ({ data: [{ id: 'a/m', pricing }] });
const rates = (pricing: unknown) => readListedPrices(listing(pricing), '2026-11-21').get('a/m');

describe('what a provider lists as prices (CST-17)', () => {
  it('is read from dollars per token, exactly', () => {
    expect(
      rates({
        prompt: '0.00000015',
        completion: '0.0000006',
        request: '0.002',
        image: '0.0007',
        input_cache_read: '0.000000075',
        input_cache_write: '0.0000001875',
      }),
    ).toEqual({
      rates: {
        input: 150_000_000,
        output: 600_000_000,
        cacheRead: 75_000_000,
        cacheWrite5m: 187_500_000,
        cacheWrite1h: null,
      },
      tiers: [],
      perRequest: 2_000_000,
      source: 'provider',
      asOf: '2026-11-21',
    });
    expect(rates({ prompt: '0', completion: '0' })?.rates.input).toBe(0);
  });

  it.each([
    ['varies', { prompt: '-1', completion: '-1' }],
    ['is no number', { prompt: 'free', completion: '0' }],
    ['is NaN', { prompt: Number.NaN, completion: 0 }],
    ['is per million, not per token', { prompt: '0.15', completion: '0.6' }],
    ['is missing', { completion: '0.1' }],
    ['is empty', { prompt: '', completion: '' }],
  ])('is unknown, never 0, where it %s', (_title, pricing) => expect(rates(pricing)).toBeUndefined());

  it('is read from anything without throwing', () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => void readListedPrices(body, '2026-11-21')));
    fc.assert(fc.property(fc.jsonValue(), (pricing) => void rates(pricing)));
  });

  it('comes over the network only when it is asked for, and is empty where there are none', async () => {
    const server = await startPlainServer((_request, response) =>
      respondJson(response, {
        data: [{ id: 'a/m', pricing: { prompt: '0.000001', completion: '0.000002' } }, { id: 'a/n' }],
      }),
    );
    onTestFinished(() => server.close());
    const options = { name: 'openrouter', baseUrl: server.url, apiKey: 'k', headers: {} };
    const timeouts = { connect: 1_000, firstToken: 5_000, idle: 5_000, total: 5_000 };
    const dialect = chooseDialect({ name: 'openrouter', kind: 'openai-compatible', baseUrl: server.url });
    const provider = createHttpProvider({ ...options, timeouts, clock: systemClock, version: 'test' }, dialect);
    onTestFinished(() => provider.close());
    const prices = await provider.listPrices?.(new AbortController().signal);
    expect([...(prices ?? [])].map(([id, price]) => [id, price.rates.output])).toEqual([['a/m', 2_000_000_000]]);
    expect(await provider.listModels(new AbortController().signal)).toEqual(['a/m', 'a/n']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/v1/models', '/v1/models']);
  });
});
