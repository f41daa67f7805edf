import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/domain/deployment.ts';
import { type FailureKind, ProviderFailure } from '../../src/domain/failure.ts';
import type { AttemptEnding } from '../../src/pipeline/settle-attempt.ts';
import { createHealthRegistry, type HealthRegistry } from '../../src/pipeline/watchers/health-registry.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { makeDeployment } from '../support/routing-world.ts';
import { watchedAttempt } from '../support/watched-attempt.ts';

const m = makeDeployment('groq', 'm');
const closing = {} as AttemptClosing;

/** One attempt, from start to end. */
function attempt(health: HealthRegistry, deployment: Deployment, kind: FailureKind | 'answered' | 'left'): void {
  const watched = watchedAttempt({ deployment });
  health.started?.(watched);
  health.ended?.(watched, endingOf(kind, deployment), closing);
}

function endingOf(kind: FailureKind | 'answered' | 'left', { id }: Deployment): AttemptEnding {
  if (kind === 'answered' || kind === 'left') return { type: kind };
  return { type: 'failed', failure: new ProviderFailure(kind, id, 'it broke') };
}

function failTimes(health: HealthRegistry, times: number, kind: FailureKind = 'server_error'): void {
  for (let i = 0; i < times; i++) attempt(health, m, kind);
}

describe('the health registry (RTR-11)', () => {
  it('rests a deployment after five failures in a row, then lets one probe through', () => {
    const clock = createFakeClock();
    const health = createHealthRegistry(clock, [m]);
    failTimes(health, 4);
    expect(health.snapshot().size).toBe(0);
    failTimes(health, 1);
    expect(health.snapshot().get(m.id)).toMatchObject({ state: 'unhealthy', until: clock.now() + 10_000 });
    expect([health.isResting?.(m.id), [...health.troubled()]]).toEqual([true, ['groq']]);

    clock.advance(10_000);
    expect(health.isResting?.(m.id)).toBe(false);
    const probe = watchedAttempt({ deployment: m });
    health.started?.(probe);
    expect(health.isResting?.(m.id)).toBe(true);
    health.ended?.(probe, { type: 'answered' }, closing);
    expect([health.isResting?.(m.id), health.troubled().size]).toEqual([false, 0]);
  });

  it('forgets failures after a success', () => {
    const health = createHealthRegistry(createFakeClock(), [m]);
    failTimes(health, 4);
    attempt(health, m, 'answered');
    failTimes(health, 1);
    expect(health.snapshot().size).toBe(0);
  });

  it('gives the probe back when the caller leaves', () => {
    const clock = createFakeClock();
    const health = createHealthRegistry(clock, [m]);
    failTimes(health, 5);
    clock.advance(10_000);
    attempt(health, m, 'left');
    expect(health.isResting?.(m.id)).toBe(false);
  });

  it.each<FailureKind>(['unauthorized', 'payment_required'])(
    'rests everything that is asked with a key after %s, and nothing that is not',
    (kind) => {
      const [own, sibling, otherKey] = [
        makeDeployment('groq', 'm', { key: '1', id: 'groq#1/m' as Deployment['id'] }),
        makeDeployment('groq', 'n', { key: '1', id: 'groq#1/n' as Deployment['id'] }),
        makeDeployment('groq', 'm', { key: '2', id: 'groq#2/m' as Deployment['id'] }),
      ];
      const health = createHealthRegistry(createFakeClock(), [own, sibling, otherKey, makeDeployment('openai', 'm')]);
      attempt(health, own, kind);
      expect([...health.snapshot()].map(([id, state]) => [id, 'refused' in state && state.refused])).toEqual([
        [own.id, true],
        [sibling.id, true],
      ]);
      // No list of models could tell that the key works again.
      expect(health.troubled().size).toBe(0);
    },
  );

  it('rests one model only where the provider does not know it', () => {
    const health = createHealthRegistry(createFakeClock(), [m, makeDeployment('groq', 'n')]);
    attempt(health, m, 'model_not_found');
    expect([...health.snapshot().keys()]).toEqual([m.id]);
  });

  it.each<FailureKind>(['bad_request', 'context_length', 'content_refused', 'cancelled'])(
    'does not blame a deployment for %s',
    (kind) => {
      const health = createHealthRegistry(createFakeClock(), [m]);
      failTimes(health, 10, kind);
      expect(health.snapshot().size).toBe(0);
    },
  );
});
