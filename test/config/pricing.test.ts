import { describe, expect, it } from 'vitest';
import { resolveModel } from '../../src/config/resolve-model.ts';
import { modelSchema } from '../../src/config/schema/models.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { costOf, isFree, isFreeByUse, kindOf } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';

const model = (pricing: unknown) => ({ provider: 'acme', model: 'm', pricing });
const priceOf = (pricing: unknown) => resolveModel(modelSchema.parse(model(pricing)), 'config').price;
const faultsOf = (pricing: unknown) =>
  modelSchema.safeParse(model(pricing)).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('the price of a model in a file (UPS-09)', () => {
  it('may be by token with tiers, which replace the rates as a whole', () => {
    const tiered = priceOf({
      input: 1,
      output: 4,
      cacheRead: 0.1,
      tiers: [{ fromInputTokens: 200_001, input: 2, output: 6 }],
    });
    expect(tiered?.tiers).toEqual([
      {
        fromInputTokens: 200_001,
        rates: { input: fromUsd(2), output: fromUsd(6), cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
      },
    ]);
    const cost = (inputTokens: number) => tiered && costOf(tiered, normalizeUsage({ inputTokens, outputTokens: 0 }));
    expect(cost(200_000)).toBe(fromUsd(0.2));
    expect(cost(200_001)).toBe(fromUsd(0.400002));
  });

  it('may be by request alone', () => {
    const price = priceOf({ perRequest: 0.002 });
    expect(price && costOf(price, normalizeUsage({ inputTokens: 5_000, outputTokens: 900 }))).toBe(fromUsd(0.002));
  });

  it('may be a month’s fee, beside which a call costs nothing', () => {
    const price = priceOf({ flatMonthlyUsd: 20, account: 'copilot' });
    expect(price?.fixed).toEqual({ kind: 'flat', monthly: fromUsd(20), account: 'copilot' });
    expect(price && [kindOf(price), isFree(price), isFreeByUse(price)]).toEqual(['flat', true, true]);
    expect(price && costOf(price, normalizeUsage({ inputTokens: 1e6, outputTokens: 1e6 }))).toBe(nano(0));
  });

  it('may be by the hour of a machine, which is not free to start', () => {
    const price = priceOf({ gpuHourUsd: 3.5 });
    expect(price?.fixed).toEqual({ kind: 'gpu', hourly: fromUsd(3.5), idleTimeoutMs: 300_000, account: null });
    expect(price && [kindOf(price), isFree(price), isFreeByUse(price)]).toEqual(['gpu', false, true]);
    expect(priceOf({ gpuHourUsd: 1.1, idleTimeoutS: 0.5 })?.fixed).toMatchObject({ idleTimeoutMs: 500 });
  });

  it.each([
    ['nothing at all', {}, ''],
    ['input without output', { input: 1 }, 'output'],
    ['tiers without rates', { perRequest: 1, tiers: [{ fromInputTokens: 9, input: 1, output: 1 }] }, 'tiers'],
    ['cache rates without rates', { perRequest: 1, cacheRead: 1 }, 'cacheRead'],
    ['a fee and a machine', { flatMonthlyUsd: 1, gpuHourUsd: 1 }, 'gpuHourUsd'],
    ['idling without a machine', { flatMonthlyUsd: 1, idleTimeoutS: 1 }, 'idleTimeoutS'],
    ['an account without a fee', { input: 1, output: 1, account: 'a' }, 'account'],
    ['a negative rate', { input: -1, output: 1 }, 'input'],
    ['a rate that is no number', { input: Number.NaN, output: 1 }, 'input'],
    ['a rate beyond all money', { input: 1e9, output: 1 }, 'input'],
    ['a negative fee', { flatMonthlyUsd: -20 }, 'flatMonthlyUsd'],
    ['an endless idle time', { gpuHourUsd: 1, idleTimeoutS: Number.POSITIVE_INFINITY }, 'idleTimeoutS'],
  ])('is refused with %s', (_title, pricing, field) => {
    expect(faultsOf(pricing)).toEqual([field === '' ? 'pricing' : `pricing.${field}`]);
  });

  it('is refused with tiers that do not rise', () => {
    const tier = (fromInputTokens: number) => ({ fromInputTokens, input: 1, output: 1 });
    expect(faultsOf({ input: 1, output: 1, tiers: [tier(10), tier(10)] })).toEqual(['pricing.tiers']);
    expect(faultsOf({ input: 1, output: 1, tiers: [tier(10), tier(11)] })).toEqual([]);
  });
});
