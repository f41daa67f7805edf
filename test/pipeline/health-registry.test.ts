import { describe, expect, it } from 'vitest';
import { type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import { type FailureKind, ProviderFailure } from '../../src/domain/failure.ts';
import type { WatchedAttempt } from '../../src/pipeline/attempt-observer.ts';
import { createHealthRegistry, type HealthRegistry } from '../../src/pipeline/health-registry.ts';
import { createRateWindow } from '../../src/pipeline/rate-window.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { providerCall } from '../support/provider-call.ts';

const id = toDeploymentId('groq', 'm');
const fail = (kind: FailureKind) => new ProviderFailure(kind, id, 'it broke');

/** What observers are told of an attempt: only the deployment and the tokens matter here. */
function watched(deployment: Deployment): WatchedAttempt {
  return { candidate: { deployment }, tokens: 100 } as unknown as WatchedAttempt;
}

function end(health: HealthRegistry, failure: ProviderFailure | null): void {
  const ending = failure ? ({ type: 'failed', failure } as const) : ({ type: 'answered' } as const);
  health.ended?.(watched({ ...providerCall().deployment, id }), ending, {} as AttemptClosing);
}

describe('the health registry (RTR-11)', () => {
  it('rests a deployment for 30 s after five failures in a row', () => {
    const clock = createFakeClock();
    const health = createHealthRegistry(clock);
    for (let i = 0; i < 4; i++) end(health, fail('server_error'));
    expect(health.snapshot().size).toBe(0);
    end(health, fail('timeout_idle'));
    expect(health.snapshot().get(id)).toMatchObject({ state: 'unhealthy', until: clock.now() + 30_000 });
    clock.advance(30_000);
    expect(health.snapshot().size).toBe(0);
  });

  it('forgets failures after a success', () => {
    const health = createHealthRegistry(createFakeClock());
    for (let i = 0; i < 4; i++) end(health, fail('server_error'));
    end(health, null);
    end(health, fail('server_error'));
    expect(health.snapshot().size).toBe(0);
  });

  it('rests at once where the key is refused', () => {
    const health = createHealthRegistry(createFakeClock());
    end(health, fail('unauthorized'));
    expect(health.snapshot().get(id)).toMatchObject({ state: 'unhealthy', reason: 'it broke' });
  });

  it.each<FailureKind>(['bad_request', 'context_length', 'content_refused', 'cancelled'])(
    'does not blame a deployment for %s',
    (kind) => {
      const health = createHealthRegistry(createFakeClock());
      for (let i = 0; i < 10; i++) end(health, fail(kind));
      expect(health.snapshot().size).toBe(0);
    },
  );
});

describe('the rate window (RTR-12)', () => {
  it('counts the last minute only, for deployments with limits', () => {
    const clock = createFakeClock();
    const rates = createRateWindow(clock);
    const limited: Deployment = {
      ...providerCall().deployment,
      rateLimits: { requestsPerMinute: 3, tokensPerMinute: null },
    };
    rates.started?.(watched(limited));
    clock.advance(59_000);
    rates.started?.(watched(limited));
    const room = () => rates.headroom([limited]).get(limited.id);
    expect(room()).toEqual({ requests: 1, tokens: Number.POSITIVE_INFINITY });
    clock.advance(1_000);
    expect(room()).toEqual({ requests: 2, tokens: Number.POSITIVE_INFINITY });
  });

  it('keeps no count where no limit is known', () => {
    const rates = createRateWindow(createFakeClock());
    rates.started?.(watched(providerCall().deployment));
    expect(rates.headroom([providerCall().deployment]).size).toBe(0);
  });
});
