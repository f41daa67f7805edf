import { describe, expect, it } from 'vitest';
import type { Cost } from '../../src/domain/completion-outcome.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { chargeFor, savedAgainst, settleCost, totalCost } from '../../src/spend/settle-cost.ts';
import { CHEAP, DEAR } from '../support/ledger-facts.ts';

const usage = normalizeUsage({ inputTokens: 1_000_000, outputTokens: 200_000 });
const UNKNOWN: Cost = { amount: null, source: 'unknown' };
const cost = (usd: number, source: Cost['source']): Cost => ({ amount: fromUsd(usd), source });

describe('what an attempt cost (CST-01)', () => {
  it.each([
    [
      'what the provider reported',
      { price: CHEAP, usage, reportedCost: fromUsd(0.2), estimated: false },
      cost(0.2, 'provider'),
    ],
    [
      'usage × price where the provider reports nothing for priced tokens',
      { price: CHEAP, usage, reportedCost: nano(0), estimated: false },
      cost(0.18, 'computed'),
    ],
    [
      'a reported zero without a price',
      { price: null, usage, reportedCost: nano(0), estimated: true },
      cost(0, 'provider'),
    ],
    ['usage × price', { price: CHEAP, usage, reportedCost: null, estimated: false }, cost(0.18, 'computed')],
    ['estimated usage × price', { price: CHEAP, usage, reportedCost: null, estimated: true }, cost(0.18, 'estimated')],
    ['unknown without a price', { price: null, usage, reportedCost: null, estimated: false }, UNKNOWN],
    ['unknown without usage', { price: CHEAP, usage: null, reportedCost: null, estimated: false }, UNKNOWN],
  ])('is %s', (_title, facts, expected) => {
    expect(settleCost(facts)).toEqual(expected);
  });

  it('is charged to budgets, or all that was held where it is unknown', () => {
    expect(chargeFor(cost(0.18, 'computed'), fromUsd(1))).toBe(fromUsd(0.18));
    expect(chargeFor(UNKNOWN, fromUsd(1))).toBe(fromUsd(1));
  });
});

describe('what a call cost', () => {
  it('is the sum of its attempts, as sure as the least sure of them', () => {
    expect(totalCost([])).toEqual(cost(0, 'computed'));
    expect(totalCost([cost(1, 'provider'), cost(2, 'provider')])).toEqual(cost(3, 'provider'));
    expect(totalCost([cost(1, 'estimated'), cost(2, 'provider')])).toEqual(cost(3, 'estimated'));
    expect(totalCost([cost(1, 'computed'), UNKNOWN])).toEqual(UNKNOWN);
  });
});

describe('what a call saved (CST-07)', () => {
  it('is the baseline minus all that the call cost', () => {
    expect(savedAgainst({ model: 'big', price: DEAR }, usage, cost(0.18, 'computed'))).toEqual({
      baselineCost: fromUsd(6),
      saved: fromUsd(5.82),
    });
    expect(savedAgainst({ model: 'big', price: CHEAP }, usage, cost(6, 'computed')).saved).toBe(fromUsd(-5.82));
  });

  it('is unknown where the cost, the usage or the price of the baseline is', () => {
    expect(savedAgainst({ model: 'big', price: DEAR }, usage, UNKNOWN)).toEqual({
      baselineCost: fromUsd(6),
      saved: null,
    });
    const nothing = { baselineCost: null, saved: null };
    expect(savedAgainst({ model: 'big', price: null }, usage, cost(1, 'computed'))).toEqual(nothing);
    expect(savedAgainst({ model: 'big', price: DEAR }, null, cost(1, 'computed'))).toEqual(nothing);
  });
});
