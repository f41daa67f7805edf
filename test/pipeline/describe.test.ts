import { describe, expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import type { AttemptId, CallId } from '../../src/domain/ids.ts';
import { nano } from '../../src/domain/money.ts';
import { describeCall, knownSpend } from '../../src/pipeline/views/describe-call.ts';
import { describePlan } from '../../src/pipeline/views/describe-plan.ts';
import { describeBudget } from '../../src/pipeline/views/describe-report.ts';
import { periodStart, toReportQuery } from '../../src/pipeline/views/report-query.ts';
import { createFakeEngine, fakeBudget, fakeOutcome, fakePlan } from '../support/fake-engine.ts';

const request = {
  messages: [{ role: 'user', content: 'x' }],
  cache: 'use',
  delivery: 'whole',
  constraints: { sensitivity: 'normal' },
  attribution: { surface: 'cli' },
} as const;
const outcome = fakeOutcome('call_1' as CallId, fakePlan(request), false);

describe('describeCall', () => {
  it('has the fields that `ask --json` promises', () => {
    expect(describeCall({ ...outcome, text: 'hi' })).toEqual({
      call_id: 'call_1',
      status: 'complete',
      answer: 'hi',
      model: 'small-1',
      provider: 'acme',
      profile: 'balanced',
      task: 'general',
      complexity: 'simple',
      cost_usd: 0.0000048,
      cost_nano_usd: 4800,
      cost_source: 'computed',
      baseline: { model: 'claude-x', cost_usd: 0.000111, cost_nano_usd: 111_000 },
      saved_usd: 0.0001062,
      saved_nano_usd: 106_200,
      finish_reason: 'stop',
      usage: { input_tokens: 12, output_tokens: 5, cached_input_tokens: 0, reasoning_tokens: 0 },
      cache: 'miss',
      attempts: [],
      reason: 'small-1 is the cheapest that suits a simple general task.',
      verifications: [],
      warnings: [],
      thread_id: null,
      simulated: false,
      duration_ms: 12,
      first_token_ms: 8,
      error: null,
    });
  });

  it('tells what optimisations did, where any did', () => {
    const effect = { optimisation: 'hedging', tokensAvoided: -40, costAvoided: nano(0), ownCost: nano(6_000) } as const;
    expect(describeCall({ ...outcome, effects: [effect] }).effects).toEqual([
      {
        optimisation: 'hedging',
        tokens_avoided: -40,
        cost_avoided_usd: 0,
        cost_avoided_nano_usd: 0,
        own_cost_usd: 0.000006,
        own_cost_nano_usd: 6_000,
      },
    ]);
  });

  it('tells attempts and errors, and leaves unknown costs null', () => {
    const attempt = {
      id: 'attempt_1' as AttemptId,
      provider: 'acme',
      model: 'small-1',
      result: 'failed',
      failure: 'timeout_idle',
      message: 'silence',
      cost: { amount: null, source: 'unknown' },
      durationMs: 99.6,
      firstTokenMs: null,
    } as const;
    const error = new FareboxError('all_candidates_failed', 'All failed.', { remedy: 'Wait.', details: { tried: 1 } });
    const report = describeCall({ ...outcome, status: 'failed', attempts: [attempt], error, usage: null });
    expect(report.attempts).toEqual([
      {
        provider: 'acme',
        model: 'small-1',
        outcome: 'failed',
        failure: 'timeout_idle',
        message: 'silence',
        cost_usd: null,
        cost_nano_usd: null,
        cost_source: 'unknown',
        duration_ms: 100,
      },
    ]);
    expect(report.error).toEqual({
      code: 'all_candidates_failed',
      message: 'All failed.',
      remedy: 'Wait.',
      details: { tried: 1 },
    });
    expect(report.usage).toBeNull();
    expect(knownSpend([attempt, { ...attempt, cost: { amount: nano(5), source: 'computed' } }])).toBe(5);
  });
});

it('describePlan tells the worst cost of the first candidate, or null without one', () => {
  const plan = fakePlan(request);
  expect(describePlan(plan)).toMatchObject({
    worst_cost_usd: 0.0006018,
    worst_cost_nano_usd: 601_800,
    needs: [],
    task_source: 'inferred',
  });
  expect(describePlan({ ...plan, candidates: [] })).toMatchObject({ worst_cost_usd: null, candidates: [] });
});

it('describeBudget names scope and value', () => {
  const { budget } = fakeBudget;
  expect(describeBudget({ ...fakeBudget, budget: { ...budget, scope: { kind: 'role', value: 'qa' } } })).toMatchObject({
    scope: 'role:qa',
    limit_usd: 10,
    limit_nano_usd: 10_000_000_000,
    level: 'normal',
  });
});

describe('toReportQuery', () => {
  const now = Date.UTC(2026, 10, 21, 12, 30);
  const engine = createFakeEngine();

  it.each([
    ['today', Date.UTC(2026, 10, 21)],
    ['7d', Date.UTC(2026, 10, 14, 12, 30)],
    ['30d', Date.UTC(2026, 9, 22, 12, 30)],
    ['month', Date.UTC(2026, 10, 1)],
    ['all', 0],
  ] as const)('%s begins where it should, in UTC', (period, start) => {
    expect(periodStart(period, now)).toBe(start);
    expect(toReportQuery({ period }, engine, now)).toEqual({
      since: start,
      until: now + 1,
      groupBy: 'model',
      simulated: false,
    });
  });

  it('reads times without a zone as UTC', () => {
    const query = toReportQuery({ since: '2026-11-01T06:00', until: '2026-11-01T08:00:00+01:00' }, engine, now);
    expect([query.since, query.until]).toEqual([Date.UTC(2026, 10, 1, 6), Date.UTC(2026, 10, 1, 7)]);
  });

  it.each(['2026-13-01', '1', 'November 2026', '2026-11-01T99:00'])('refuses %s', (since) => {
    expect(() => toReportQuery({ since }, engine, now)).toThrow('is not an ISO 8601 time');
  });
});
