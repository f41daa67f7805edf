import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/domain/plan.ts';
import { catalogueQuality, qualityByEvidence } from '../../src/routing/expected-quality.ts';
import { decideAfterFailure, type FailedAttempt } from '../../src/routing/failure-policy.ts';
import { orderVerified } from '../../src/routing/order-verified.ts';

function candidate(model: string, expectedCost: number | null, quality: number | null): Candidate {
  return {
    deployment: { id: `p/${model}`, provider: 'p', model, quality },
    slot: null,
    reason: '',
    maxOutputTokens: 1,
    worstCost: expectedCost,
    expectedCost,
  } as unknown as Candidate;
}

const order = (candidates: readonly Candidate[], steps = 4, byEvidence = false, qualityOf = catalogueQuality) =>
  orderVerified(candidates, { steps, qualityOf, byEvidence }).map(({ deployment }) => deployment.model);

describe('the order of candidates whose answer is checked', () => {
  it('begins with the cheapest and climbs; who is no better than a cheaper one comes behind', () => {
    const all = [
      candidate('best', 100, 95),
      candidate('dear-and-weak', 50, 40),
      candidate('cheap', 1, 60),
      candidate('middle', 10, 80),
    ];
    expect(order(all)).toEqual(['cheap', 'middle', 'best', 'dear-and-weak']);
  });

  it('keeps the last step for the best', () => {
    const all = Array.from({ length: 8 }, (_, i) => candidate(`m${i}`, i, 10 * i));
    expect(order(all, 3).slice(0, 3)).toEqual(['m0', 'm4', 'm7']);
    expect(order(all, 1)[0]).toBe('m0');
  });

  it('takes free models first and unknown prices last', () => {
    expect(order([candidate('unknown', null, 90), candidate('paid', 5, 60), candidate('free', 0, 50)])).toEqual([
      'free',
      'paid',
      'unknown',
    ]);
  });

  it('weighs what an accepted answer costs where evidence counts', () => {
    const quality = qualityByEvidence(new Map([['hopeless', { tried: 200, accepted: 0 }]]));
    const all = [candidate('hopeless', 10, 60), candidate('sound', 20, 80)];
    expect(order(all, 4, false, quality)[0]).toBe('hopeless');
    expect(order(all, 4, true, quality)[0]).toBe('sound');
  });

  it('loses nobody and takes nobody twice', () => {
    const some = fc.uniqueArray(
      fc.record({ cost: fc.option(fc.nat(50)), quality: fc.option(fc.nat(100)), name: fc.nat(1000) }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 6 }), fc.boolean(), (given, steps, byEvidence) => {
        const all = given.map(({ name, cost, quality }) => candidate(`m${name}`, cost, quality));
        expect(order(all, steps, byEvidence).toSorted()).toEqual(
          all.map(({ deployment }) => deployment.model).toSorted(),
        );
      }),
    );
  });
});

describe('expected quality', () => {
  const of = (evidence: readonly (readonly [string, number, number])[]) =>
    qualityByEvidence(new Map(evidence.map(([model, tried, accepted]) => [model, { tried, accepted }])));

  it('is the catalogue’s score where nothing was checked', () => {
    expect(of([['other', 5, 5]])({ model: 'm', quality: 80 })).toBe(80);
    expect(of([])({ model: 'm', quality: null })).toBeNull();
  });

  it('moves from the score to the share that passed, half-way after twenty answers', () => {
    expect(of([['m', 20, 20]])({ model: 'm', quality: 80 })).toBe(90);
    expect(of([['m', 20, 0]])({ model: 'm', quality: null })).toBe(25);
    expect(of([['m', 2_000, 1_000]])({ model: 'm', quality: 100 })).toBeCloseTo(50, 0);
  });
});

describe('what follows an answer that was turned down', () => {
  const rules = {
    onRateLimit: true,
    onError: true,
    onTimeout: true,
    onQualityFailure: true,
    escalateToSecondary: true,
    escalateToTertiary: true,
    cascadeFallback: true,
    maxRetries: 2,
    retryDelayMs: 1,
  };
  const decide = (more: Partial<FailedAttempt>) =>
    decideAfterFailure({
      kind: 'check_failed',
      retryAfterMs: undefined,
      retries: 0,
      returns: 0,
      hasNext: true,
      returnInMs: null,
      remainingMs: 10_000,
      rules,
      jitter: 0,
      ...more,
    }).action;

  it.each<readonly [string, Partial<FailedAttempt>, string]>([
    ['a failed check: the next model', { mayRepair: true, checksLeft: 2 }, 'next'],
    ['a failed check, nobody else: the same model once', { hasNext: false, mayRepair: true, checksLeft: 2 }, 'repair'],
    [
      'a failed check, nobody else, mended before: the end',
      { hasNext: false, mayRepair: false, checksLeft: 2 },
      'give_up',
    ],
    ['a failed check, no more answers to be checked: the end', { checksLeft: 0, mayRepair: true }, 'give_up'],
    ['a wrong form: the same model once (UPS-06)', { kind: 'invalid_answer', mayRepair: true }, 'repair'],
    [
      'a wrong form, whatever the profile thinks of quality',
      { kind: 'invalid_answer', mayRepair: true, rules: { ...rules, onQualityFailure: false } },
      'repair',
    ],
    ['a wrong form again: another model', { kind: 'invalid_answer', mayRepair: false }, 'next'],
    ['a third model that is not good enough: the end (QLT-03)', { kind: 'invalid_answer', upgrades: 2 }, 'give_up'],
    ['an empty answer from a third model: the end (QLT-03)', { kind: 'empty_answer', upgrades: 2 }, 'give_up'],
    ['a provider in trouble after two upgrades: another one', { kind: 'timeout_idle', upgrades: 2 }, 'next'],
  ])('%s', (_name, attempt, action) => {
    expect(decide(attempt)).toBe(action);
  });
});
