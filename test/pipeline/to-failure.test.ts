import { describe, expect, it } from 'vitest';
import { ProviderFailure } from '../../src/domain/failure.ts';
import type { Candidate } from '../../src/domain/plan.ts';
import { toFailure } from '../../src/pipeline/to-failure.ts';
import { providerCall } from '../support/provider-call.ts';

const { deployment } = providerCall();
const candidate: Candidate = {
  deployment,
  slot: 'primary',
  reason: '',
  maxOutputTokens: 100,
  worstCost: null,
  expectedCost: null,
};
const never = new AbortController().signal;

describe('what an attempt threw', () => {
  it('is taken as it is where a provider threw it', () => {
    const failure = new ProviderFailure('server_error', deployment.id, 'overloaded');
    expect(toFailure(failure, candidate, never)).toBe(failure);
  });

  it('is a cancellation where the call was cancelled', () => {
    expect(toFailure(new Error('closed'), candidate, AbortSignal.abort()).kind).toBe('cancelled');
  });

  it('is a fault of our own otherwise, with its cause, and blames no provider', () => {
    const bug = new TypeError('x is not a function');
    expect(toFailure(bug, candidate, never)).toMatchObject({ kind: 'internal', message: bug.message, cause: bug });
  });
});
