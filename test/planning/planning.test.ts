import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { baselineCost, costLine, lowestPerQualityPoint } from '../../src/planning/cost-line.ts';
import { DOCUMENT_OFFERS, requireOffer } from '../../src/planning/document-prices.ts';
import { monthlyFlowCost } from '../../src/planning/flow-costs.ts';
import { toMix, wholeMix } from '../../src/planning/mix.ts';
import { type Offer, tokenOffer, tokenPrice } from '../../src/planning/offer.ts';
import { costOfOffer, gpuHours } from '../../src/planning/offer-cost.ts';
import { profileMixes } from '../../src/planning/plan-costs.ts';
import { configuredOffers } from '../../src/planning/price-source.ts';
import { ONE, parseDecimal, type Ratio, ratio, sum, toFixed, toNumber, toRatio } from '../../src/planning/ratio.ts';
import { returnOnInvestment } from '../../src/planning/return-on-investment.ts';
import { scoreRubric } from '../../src/planning/rubric-score.ts';
import { monthlyWorkload, requestWorkload } from '../../src/planning/workload.ts';
import { loadTestConfig } from '../support/load-test-config.ts';

const million = monthlyWorkload('million', 1_000_000, 1_000_000);
const daily = requestWorkload('daily', 1500, { inputTokens: 2000, outputTokens: 300 });

function usd(offer: Offer, workload = daily, share: Ratio = ONE): string {
  const cost = costOfOffer(offer, workload, share);
  if (cost.kind === 'unknown') return cost.reason;
  return toFixed(sum([cost.fixed, cost.usage]), 0);
}

describe('price kinds (UPS-09)', () => {
  it('bills tokens and requests', () => {
    const offer: Offer = {
      name: 'a',
      quality: null,
      price: { kind: 'usage', price: tokenPrice(1, 2, fromUsd(0.001)) },
    };
    // 90M in, 13.5M out, 45,000 requests.
    expect(usd(offer)).toBe(String(fromUsd(90 + 27 + 45)));
    expect(usd(offer, million)).toBe('a has a price by request, and how many requests there are is not said');
    expect(usd(tokenOffer('b', 1, 2), million)).toBe(String(fromUsd(3)));
  });

  it('takes the tier that a request reaches', () => {
    const base = tokenPrice(1, 1);
    const price = { ...base, tiers: [{ fromInputTokens: 2000, rates: tokenPrice(3, 3).rates }] };
    const offer: Offer = { name: 'tiered', quality: null, price: { kind: 'usage', price } };
    expect(usd(offer)).toBe(String(fromUsd(3 * 103.5)));
    expect(usd(offer, million)).toBe(String(fromUsd(2)));
  });

  it('asks a flat fee once, whatever is used, and shares it out only in the report', () => {
    const offer: Offer = { name: 'copilot', quality: null, price: { kind: 'flat', monthly: fromUsd(20) } };
    const line = costLine(wholeMix('copilot', offer), daily, fromUsd(472.5));
    expect([line.cost, line.fixed]).toEqual([fromUsd(20), fromUsd(20)]);
    expect(line.marginalPerRequest && toNumber(line.marginalPerRequest)).toBe(0);
    expect(line.perRequest && toFixed(line.perRequest, 0)).toBe('444444');
    const mix = toMix('half', [
      { offer, share: ratio(1, 2) },
      { offer: tokenOffer('free', 0, 0), share: ratio(1, 2) },
    ]);
    expect(costLine(mix, daily, fromUsd(1)).cost).toBe(fromUsd(20));
  });

  it('rents a GPU by the hour: 255 hours at $3.50 are $892.50', () => {
    const offer: Offer = {
      name: 'brain',
      quality: null,
      price: { kind: 'gpu', hourly: fromUsd(3.5), use: { hours: 255 } },
    };
    expect(usd(offer, million)).toBe(String(fromUsd(892.5)));
  });

  it.each([
    ['lets the GPU go after its idle time', 24, 60, 2.4],
    ['keeps it up where requests come faster than that', 1440, 10, 24],
    ['needs several where one is not enough', 86_400, 3, 72],
    ['costs nothing where nothing comes', 0, 3, 0],
  ])('%s', (_, requestsPerDay, secondsPerRequest, hoursPerDay) => {
    const hours = gpuHours({ secondsPerRequest, idleSeconds: 300 }, { requests: requestsPerDay * 30 });
    expect(hours && toNumber(hours)).toBe(hoursPerDay * 30);
  });

  it('gives what a free quota covers for nothing, and bills or refuses the rest', () => {
    const quota = (unit: 'requests' | 'tokens', perDay: number, paid: boolean): Offer => ({
      name: 'groq',
      quality: null,
      price: { kind: 'quota', perDay, unit, beyond: paid ? tokenPrice(1, 1) : null },
    });
    expect(usd(quota('requests', 1500, false))).toBe('0');
    expect(usd(quota('requests', 1000, true))).toBe(String(fromUsd(103.5 / 3)));
    expect(usd(quota('requests', 1000, false))).toBe('groq serves 1000 requests a day for nothing, and this is more');
    expect(usd(quota('requests', 1000, false), daily, ratio(2, 3))).toBe('0');
    expect(usd(quota('tokens', 1_725_000, true))).toBe(String(fromUsd(103.5 / 2)));
    expect(usd(quota('requests', 1000, true), million)).toContain('is not said');
  });
});

describe('mixes', () => {
  const offers = ['a', 'b', 'c'].map((name) => tokenOffer(name, 1, 1));
  const parts = (...shares: readonly number[]) =>
    shares.map((share, index) => ({ offer: offers[index] ?? tokenOffer('x', 1, 1), share: toRatio(share) }));

  it('say what shares add up to that are not a whole', () => {
    expect(() => toMix('mine', parts(0.6, 0.3))).toThrow('The shares of mine add up to 0.9, not to 1.');
    expect(() => toMix('mine', parts(0.33, 0.33, 0.33))).toThrow('add up to 0.99,');
    expect(() => toMix('mine', parts(1.5, -0.5))).toThrow('the share of b is below 0');
    expect(toMix('mine', parts(0.7, 0.2, 0.1)).parts).toHaveLength(3);
    expect(toMix('mine', parts(1, 0)).parts).toHaveLength(1);
  });

  it('cost what their parts cost by share, never less by a nano-dollar, whatever the shares', () => {
    const rate = fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 1000);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(rate, rate, fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 10 ** 9 }),
        fc.integer({ min: 0, max: 10 ** 9 }),
        (rows, input, output) => {
          const workload = monthlyWorkload('any', input, output);
          const whole = rows.reduce((total, [, , weight]) => total + weight, 0);
          const mix = toMix(
            'any',
            rows.map(([i, o, weight], index) => ({
              offer: tokenOffer(`m${index}`, i, o),
              share: ratio(weight, whole),
            })),
          );
          const cost = costLine(mix, workload, nano(0)).cost ?? -1;
          const exact = rows.reduce(
            (total, [i, o, weight]) =>
              total + (BigInt(input) * BigInt(fromUsd(i)) + BigInt(output) * BigInt(fromUsd(o))) * BigInt(weight),
            0n,
          );
          const unit = 1_000_000n * BigInt(whole);
          expect(BigInt(cost) * unit >= exact && (BigInt(cost) - 1n) * unit < exact).toBe(true);
        },
      ),
    );
  });

  it('of profiles come from their breakdown, and one that is not a whole is left out with its sum', () => {
    const files = {
      'config.json': {
        extends: 'balanced',
        estimatedCosts: { breakdown: { primary: 0.5, secondary: 0.25, fallback: 0.15 } },
      },
    };
    const config = loadTestConfig({ files });
    const { mixes, notes } = profileMixes(config, configuredOffers(config, []));
    expect(mixes.map(({ mix }) => mix.name)).toEqual(['budget', 'premium', 'hybrid']);
    expect(notes.join('\n')).toMatch(/balanced: The shares of balanced add up to 0\.9, not to 1\./);
    expect(notes.join('\n')).toMatch(/hybrid: .* qwen\/qwen3-8b, whose own machine is not counted/);
  });
});

describe('cost lines', () => {
  it('compare by blended price and quality: the lowest per point wins, what is free is left out (CST-19)', () => {
    const lines = [...DOCUMENT_OFFERS.values()].map((offer) =>
      costLine(wholeMix(offer.name, offer), monthlyWorkload('x', 5_000_000, 1_000_000), fromUsd(30)),
    );
    const best = lowestPerQualityPoint(lines);
    expect(best?.mix.name).toBe('meta-llama/llama-3.3-70b-instruct');
    // $0.15 per million tokens, blended, over 90 points.
    expect(best?.perQualityPoint && toFixed(best.perQualityPoint, 3)).toBe(toFixed(ratio(150_000_000, 90), 3));
    expect(lowestPerQualityPoint([])).toBeNull();
  });

  it('say how many times cheaper, and nothing where something is free (costRatio)', () => {
    const workload = monthlyWorkload('x', 10_000_000, 2_000_000);
    const line = (name: string) => costLine(wholeMix(name, requireOffer(DOCUMENT_OFFERS, name)), workload, fromUsd(60));
    expect(line('deepseek-chat').costRatio).toEqual(ratio(100, 3));
    expect(line('thudm/glm-4-9b:free')).toMatchObject({ costRatio: null, saved: fromUsd(60) });
  });

  it('refuse amounts beyond what can be counted, and workloads that cannot be', () => {
    const huge = monthlyWorkload('huge', 1e15, 0);
    expect(() => costLine(wholeMix('x', tokenOffer('x', 3, 15)), huge, nano(0))).toThrow('more than 9 million dollars');
    expect(() => baselineCost(tokenOffer('x', 3, 15), huge)).toThrow('more than 9 million dollars');
    for (const tokens of [-1, Number.NaN, 1.5, 1e16, Number.POSITIVE_INFINITY]) {
      expect(() => monthlyWorkload('x', tokens, 1)).toThrow('cannot be planned with');
    }
    expect(() => monthlyWorkload('x', 0, 0)).toThrow('no tokens');
    expect(() => requestWorkload('x', 0, { inputTokens: 1, outputTokens: 1 })).toThrow('no requests');
    expect(() => requestWorkload('x', 1e9, { inputTokens: 1e9, outputTokens: 1 })).toThrow('cannot be planned with');
  });

  it('name the nearest model for one without a price', () => {
    expect(() => requireOffer(DOCUMENT_OFFERS, 'deepsek-chat')).toThrow('No price is known of "deepsek-chat".');
    expect(() => monthlyFlowCost({ name: 'x', classes: [{ name: 'y', share: 1, cost: fromUsd(1) }] }, 1e9)).toThrow();
  });
});

describe('return on investment (CST-09)', () => {
  it('never breaks even where nothing is saved', () => {
    for (const savings of [0, -5]) {
      const roi = returnOnInvestment(fromUsd(100), fromUsd(savings));
      expect([roi.breakEvenMonths, roi.paybackDays]).toEqual([null, null]);
      expect(roi.horizons.at(-1)?.net).toBe(fromUsd(savings * 36 - 100));
    }
  });

  it('has no percentage where nothing was invested, and refuses to invest less than nothing', () => {
    const roi = returnOnInvestment(nano(0), fromUsd(5));
    expect(roi.breakEvenMonths).toEqual(ratio(0));
    expect(roi.horizons.map(({ roi: share }) => share)).toEqual([null, null, null, null]);
    expect(() => returnOnInvestment(nano(-1), fromUsd(5))).toThrow('cannot be below 0');
  });
});

describe('the rubric', () => {
  it('stays within the scores that go in, and passes only where both say so', () => {
    const score = fc.integer({ min: 0, max: 100 });
    const scores = (length: number) => fc.array(score, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(scores(4), scores(3), scores(2), scores(2), (functional, performance, cost, quality) => {
        const all = [...functional, ...performance, ...cost, ...quality];
        const { overall, passed, passedOverall, passedEveryDimension } = scoreRubric({
          functional,
          performance,
          cost,
          quality,
        });
        expect(toNumber(overall)).toBeGreaterThanOrEqual(Math.min(...all));
        expect(toNumber(overall)).toBeLessThanOrEqual(Math.max(...all));
        expect(passed).toBe(passedOverall && passedEveryDimension);
      }),
    );
  });

  it('refuses a missing score and one beyond 100', () => {
    const good = { functional: [1, 1, 1, 1], performance: [1, 1, 1], cost: [1, 1], quality: [1, 1] };
    expect(() => scoreRubric({ ...good, cost: [1] })).toThrow('cost needs 2 scores');
    expect(() => scoreRubric({ ...good, quality: [101, 1] })).toThrow('quality needs 2 scores');
    expect(() => scoreRubric({ ...good, quality: [Number.NaN, 1] })).toThrow('quality needs 2 scores');
  });
});

describe('ratios', () => {
  it('read decimals exactly, and round half away from zero', () => {
    expect(parseDecimal('0.1')).toEqual(ratio(1, 10));
    expect(parseDecimal('1e-5')).toEqual(ratio(1, 100_000));
    for (const text of ['', '.', 'NaN', '1.2.3', '0x10', '1e', 'Infinity']) expect(parseDecimal(text)).toBeNull();
    expect([toFixed(ratio(1, 8), 2), toFixed(ratio(-1, 8), 2), toFixed(ratio(-1, 1000), 2)]).toEqual([
      '0.13',
      '-0.13',
      '0.00',
    ]);
    expect(() => toRatio(Number.NaN)).toThrow(RangeError);
  });

  it('come back from the decimal that a double prints', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), (value) => {
        expect(toNumber(toRatio(value))).toBeCloseTo(value, 12);
      }),
    );
  });
});
