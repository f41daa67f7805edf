import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import { nano } from '../../src/domain/money.ts';
import type { Candidate } from '../../src/domain/plan.ts';
import { preferFree } from '../../src/routing/prefer-free.ts';
import { providerCall } from '../support/provider-call.ts';

function candidate(provider: string, model: string, parts: Partial<Candidate> = {}): Candidate {
  const { deployment } = providerCall({}, { provider, model, id: toDeploymentId(provider, model) });
  const money = { worstCost: nano(1), expectedCost: nano(1) };
  return { deployment, slot: 'primary', reason: '', maxOutputTokens: 100, ...money, ...parts };
}

const order = (candidates: readonly Candidate[]) => preferFree(candidates).map(({ deployment }) => deployment.id);

describe('deployments of one model (RTR-12, RTR-21)', () => {
  it('come in the order of the plan where nothing tells them apart', () => {
    const candidates = [candidate('a', 'm'), candidate('b', 'm'), candidate('a', 'n')];
    expect(preferFree(candidates)).toBe(candidates);
  });

  it('that can begin at once come before those that must wait, and other models keep their places', () => {
    const candidates = [
      candidate('a', 'm', { waitMs: 3_000 }),
      candidate('a', 'n', { slot: 'secondary' }),
      candidate('b', 'm'),
      candidate('c', 'm'),
    ];
    expect(order(candidates)).toEqual(['b/m', 'a/n', 'c/m', 'a/m']);
  });

  it('that have free quota left come first, unless they must wait', () => {
    const freeQuota = { orPaid: true };
    expect(order([candidate('a', 'm'), candidate('b', 'm', { freeQuota })])).toEqual(['b/m', 'a/m']);
    expect(order([candidate('a', 'm'), candidate('b', 'm', { freeQuota, waitMs: 1 })])).toEqual(['a/m', 'b/m']);
  });
});
