import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../src/domain/failure.ts';
import { decideAfterFailure, type FailedAttempt } from '../../src/routing/failure-policy.ts';

const rules = {
  onRateLimit: true,
  onError: true,
  onTimeout: true,
  onQualityFailure: true,
  escalateToSecondary: true,
  escalateToTertiary: true,
  cascadeFallback: true,
  maxRetries: 3,
  retryDelayMs: 1_000,
};

function decide(kind: FailureKind, more: Partial<FailedAttempt> = {}) {
  return decideAfterFailure({ kind, retryAfterMs: undefined, retries: 0, hasNext: true, rules, jitter: 0, ...more });
}

describe('after a failure (RTR-08, RTR-09)', () => {
  it('waits a short Retry-After out on the same model, once', () => {
    expect(decide('rate_limited', { retryAfterMs: 2_000 })).toEqual({ action: 'retry', delayMs: 2_000 });
    expect(decide('rate_limited', { retryAfterMs: 2_000, retries: 1 })).toEqual({ action: 'next', where: 'anywhere' });
  });

  it('moves on from a long or missing Retry-After', () => {
    expect(decide('rate_limited', { retryAfterMs: 60_000 })).toEqual({ action: 'next', where: 'anywhere' });
    expect(decide('rate_limited')).toEqual({ action: 'next', where: 'anywhere' });
  });

  it.each<FailureKind>(['server_error', 'connection'])('gives %s one quick retry, then moves on', (kind) => {
    expect(decide(kind)).toEqual({ action: 'retry', delayMs: 500 });
    expect(decide(kind, { retries: 1 })).toEqual({ action: 'next', where: 'anywhere' });
  });

  it('retries with doubling delays where there is nobody else, as often as the profile says', () => {
    const alone = { hasNext: false } as const;
    expect([0, 1, 2, 3].map((retries) => decide('server_error', { ...alone, retries }))).toEqual([
      { action: 'retry', delayMs: 500 },
      { action: 'retry', delayMs: 1_000 },
      { action: 'retry', delayMs: 2_000 },
      { action: 'give_up' },
    ]);
  });

  it.each<FailureKind>(['timeout_connect', 'timeout_first_token', 'timeout_idle', 'timeout_total'])(
    'never asks a silent route again: %s',
    (kind) => {
      expect(decide(kind)).toEqual({ action: 'next', where: 'anywhere' });
      expect(decide(kind, { hasNext: false })).toEqual({ action: 'give_up' });
    },
  );

  it.each<FailureKind>(['bad_request', 'model_not_found', 'stream_broken', 'stream_malformed', 'empty_answer'])(
    'does not repeat what cannot get better: %s',
    (kind) => expect(decide(kind)).toEqual({ action: 'next', where: 'anywhere' }),
  );

  it('leaves a provider whose key is refused or empty, and looks for a larger context', () => {
    expect(decide('unauthorized')).toEqual({ action: 'next', where: 'other_provider' });
    expect(decide('payment_required')).toEqual({ action: 'next', where: 'other_provider' });
    expect(decide('context_length')).toEqual({ action: 'next', where: 'larger_context' });
  });

  it.each<FailureKind>(['content_refused', 'cancelled'])('takes %s for an answer', (kind) => {
    expect(decide(kind)).toEqual({ action: 'give_up' });
  });

  it.each([
    ['rate_limited', 'onRateLimit'],
    ['server_error', 'onError'],
    ['timeout_idle', 'onTimeout'],
  ] as const)('does nothing after %s where the profile switches %s off', (kind, trigger) => {
    expect(decide(kind, { rules: { ...rules, [trigger]: false } })).toEqual({ action: 'give_up' });
  });

  it('spreads retries by jitter, never beyond the delay of the profile', () => {
    expect(decide('server_error', { jitter: 0.999 })).toEqual({ action: 'retry', delayMs: 1_000 });
  });
});
