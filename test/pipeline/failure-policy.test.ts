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
  return decideAfterFailure({
    kind,
    retryAfterMs: undefined,
    retries: 0,
    returns: 0,
    hasNext: true,
    returnInMs: null,
    remainingMs: 600_000,
    rules,
    jitter: 0,
    ...more,
  });
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
    const alone = { hasNext: false, returnInMs: 0 } as const;
    expect(decide('server_error', alone)).toEqual({ action: 'retry', delayMs: 500 });
    expect([0, 1, 2].map((returns) => decide('server_error', { ...alone, retries: 1, returns }))).toEqual([
      { action: 'return', delayMs: 1_000 },
      { action: 'return', delayMs: 2_000 },
      { action: 'give_up' },
    ]);
    expect([0, 1, 2, 3].map((returns) => decide('stream_broken', { ...alone, returns }))).toEqual([
      { action: 'return', delayMs: 500 },
      { action: 'return', delayMs: 1_000 },
      { action: 'return', delayMs: 2_000 },
      { action: 'give_up' },
    ]);
  });

  it('waits as long as it was asked to, up to half a minute, where there is nobody else', () => {
    const alone = { hasNext: false, retryAfterMs: 20_000, returnInMs: 20_000 } as const;
    expect(decide('rate_limited', alone)).toEqual({ action: 'return', delayMs: 20_000 });
    expect(decide('rate_limited', { ...alone, retryAfterMs: 40_000, returnInMs: 40_000 })).toEqual({
      action: 'give_up',
    });
  });

  it('begins no wait that would outlast the deadline, and goes on elsewhere at once', () => {
    expect(decide('rate_limited', { retryAfterMs: 2_000, remainingMs: 1_500 })).toEqual({
      action: 'next',
      where: 'anywhere',
    });
    expect(decide('server_error', { hasNext: false, returnInMs: 0, remainingMs: 400 })).toEqual({ action: 'give_up' });
  });

  it('never hammers: a Retry-After of nothing is not taken as leave to come back at once for ever', () => {
    const alone = { hasNext: false, returnInMs: 0, retryAfterMs: 0 } as const;
    expect(decide('rate_limited', { ...alone, retries: 1 })).toEqual({ action: 'return', delayMs: 1_000 });
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
    expect(decide('unauthorized')).toEqual({ action: 'next', where: 'other_key' });
    expect(decide('payment_required')).toEqual({ action: 'next', where: 'other_key' });
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

  it('takes an empty answer elsewhere by onError or by onQualityFailure, an unfit one by the latter only', () => {
    const only = (on: 'onError' | 'onQualityFailure') => ({
      rules: { ...rules, onError: false, onQualityFailure: false, [on]: true },
    });
    const next = { action: 'next', where: 'anywhere' };
    expect(decide('empty_answer', only('onError'))).toEqual(next);
    expect(decide('empty_answer', only('onQualityFailure'))).toEqual(next);
    expect(decide('invalid_answer', only('onQualityFailure'))).toEqual(next);
    expect(decide('invalid_answer', only('onError'))).toEqual({ action: 'give_up' });
  });

  it('comes back to a provider that asked for a wait never sooner than asked', () => {
    expect(decide('rate_limited', { retryAfterMs: 2_000, jitter: 0.5 })).toEqual({ action: 'retry', delayMs: 2_100 });
  });

  it('spreads retries by jitter, never beyond the delay of the profile', () => {
    expect(decide('server_error', { jitter: 0.999 })).toEqual({ action: 'retry', delayMs: 1_000 });
  });
});
