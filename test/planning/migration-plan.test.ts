import { describe, expect, it } from 'vitest';
import { fromUsd } from '../../src/domain/money.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { planMigration } from '../../src/planning/migration-plan.ts';
import { wholeMix } from '../../src/planning/mix.ts';
import { tokenOffer, tokenPrice } from '../../src/planning/offer.ts';
import type { UsageSums } from '../../src/planning/usage-logs/usage-sums.ts';

const DAY_MS = 86_400_000;
const sums: UsageSums = {
  models: [
    {
      model: 'dear',
      requests: 100,
      usage: normalizeUsage({ inputTokens: 10e6, outputTokens: 2e6 }),
      cost: fromUsd(61),
    },
    { model: 'unheard-of', requests: 1, usage: normalizeUsage({ inputTokens: 5e6, outputTokens: 1e6 }), cost: null },
  ],
  ...{ from: 0, to: 15 * DAY_MS, conversations: 3, repeated: 0 },
};
const dear = tokenPrice(3, 15);
const question = {
  sums,
  priceOf: (model: string) => (model === 'dear' ? dear : null),
  qualityOf: () => 96,
  mixes: [
    wholeMix('poor', tokenOffer('poor', 0.01, 0.01, 60)),
    wholeMix('good', tokenOffer('good', 0.3, 0.3, 90)),
    wholeMix('better', tokenOffer('better', 1, 3, 94)),
    wholeMix('dearer', tokenOffer('dearer', 30, 150, 99)),
  ],
  minQuality: 88,
};

describe('planning a migration (DOC-02)', () => {
  it('prices the same tokens on every profile, and leaves out models that nobody can price', () => {
    const { baseline, profiles, days } = planMigration(question);
    expect(days).toBe(15);
    expect(baseline).toMatchObject({ cost: fromUsd(60), monthly: fromUsd(120), paid: fromUsd(61) });
    expect(baseline.lines.map(({ computed }) => computed)).toEqual([fromUsd(60), null]);
    expect(profiles.map(({ cost }) => cost)).toEqual([0.12, 3.6, 16, 600].map(fromUsd));
    expect(profiles.map(({ savedShare }) => savedShare)).toEqual([0.998, 0.94, 44 / 60, -9]);
  });

  it('suggests the cheapest profile that is good enough, never a dearer one', () => {
    expect(planMigration(question).suggestion?.profile).toBe('good');
    expect(planMigration({ ...question, minQuality: 92 }).suggestion?.profile).toBe('better');
    expect(planMigration({ ...question, minQuality: 98 }).suggestion).toBeNull();
    expect(planMigration({ ...question, chosen: 'dearer' }).suggestion?.profile).toBe('dearer');
  });

  it('plans four weeks of 0, 10, 50 and 100 % whose costs and savings add up to the baseline', () => {
    const { rollout } = planMigration(question);
    expect(rollout.map(({ share }) => share)).toEqual([0, 0.1, 0.5, 1]);
    for (const { expectedCost, expectedSaving } of rollout) expect(expectedCost + expectedSaving).toBe(fromUsd(28));
    expect(rollout[3]?.expectedCost).toBe(fromUsd(1.68));
  });

  it('charges full input price for cached tokens where a model has no price for them', () => {
    const cached = normalizeUsage({ inputTokens: 1e6, cacheReadTokens: 900_000, outputTokens: 0 });
    const withCache = { ...dear, rates: { ...dear.rates, cacheRead: fromUsd(0.3) } };
    const plan = planMigration({
      ...question,
      sums: { ...sums, models: [{ model: 'dear', requests: 1, usage: cached, cost: null }] },
      priceOf: () => withCache,
    });
    expect(plan.baseline.cost).toBe(fromUsd(0.57));
    expect(plan.profiles[1]?.cost).toBe(fromUsd(0.3));
  });

  it('says nothing of a month or of weeks where the log has no times', () => {
    const plan = planMigration({ ...question, sums: { ...sums, from: null, to: null } });
    expect([plan.days, plan.baseline.monthly, plan.rollout]).toEqual([null, null, []]);
  });

  it('counts a subscription once for its days, with what each call adds to it, and says why a machine cannot be told', () => {
    const beside = tokenPrice(0.1, 0.1);
    const flat = { name: 'flat', price: { kind: 'flat', monthly: fromUsd(30), beside }, quality: 90 } as const;
    const use = { idleSeconds: 300 };
    const gpu = { name: 'gpu', price: { kind: 'gpu', hourly: fromUsd(3.5), use }, quality: 90 } as const;
    const { profiles } = planMigration({ ...question, mixes: [wholeMix('flat', flat), wholeMix('gpu', gpu)] });
    // 15 of 30 days, and 12 million tokens.
    expect(profiles[0]?.cost).toBe(fromUsd(15 + 1.2));
    expect(profiles[1]).toMatchObject({ cost: null, saved: null, reason: expect.stringContaining('by the hour') });
  });
});
