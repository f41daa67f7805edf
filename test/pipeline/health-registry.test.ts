import { describe, expect, it } from 'vitest';
import { type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import { type FailureKind, ProviderFailure } from '../../src/domain/failure.ts';
import { createHealthRegistry } from '../../src/pipeline/health-registry.ts';
import { createRateWindow } from '../../src/pipeline/rate-window.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { providerCall } from '../support/provider-call.ts';

const id = toDeploymentId('groq', 'm');
const fail = (kind: FailureKind) => new ProviderFailure(kind, id, 'it broke');

describe('the health registry (RTR-11)', () => {
  it('rests a deployment for 30 s after five failures in a row', () => {
    const clock = createFakeClock();
    const health = createHealthRegistry(clock);
    for (let i = 0; i < 4; i++) health.failed(fail('server_error'));
    expect(health.snapshot().size).toBe(0);
    health.failed(fail('timeout_idle'));
    expect(health.snapshot().get(id)).toMatchObject({ state: 'unhealthy', until: clock.now() + 30_000 });
    clock.advance(30_000);
    expect(health.snapshot().size).toBe(0);
  });

  it('forgets failures after a success', () => {
    const health = createHealthRegistry(createFakeClock());
    for (let i = 0; i < 4; i++) health.failed(fail('server_error'));
    health.succeeded(id);
    health.failed(fail('server_error'));
    expect(health.snapshot().size).toBe(0);
  });

  it('rests at once where the key is refused', () => {
    const health = createHealthRegistry(createFakeClock());
    health.failed(fail('unauthorized'));
    expect(health.snapshot().get(id)).toMatchObject({ state: 'unhealthy', reason: 'it broke' });
  });

  it.each<FailureKind>(['bad_request', 'context_length', 'content_refused', 'cancelled'])(
    'does not blame a deployment for %s',
    (kind) => {
      const health = createHealthRegistry(createFakeClock());
      for (let i = 0; i < 10; i++) health.failed(fail(kind));
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
    rates.sent(limited, 100);
    clock.advance(59_000);
    rates.sent(limited, 50);
    const room = () => rates.headroom([limited]).get(limited.id);
    expect(room()).toEqual({ requests: 1, tokens: Number.POSITIVE_INFINITY });
    clock.advance(1_000);
    expect(room()).toEqual({ requests: 2, tokens: Number.POSITIVE_INFINITY });
  });

  it('keeps no count where no limit is known', () => {
    const rates = createRateWindow(createFakeClock());
    rates.sent(providerCall().deployment, 100);
    expect(rates.headroom([providerCall().deployment]).size).toBe(0);
  });
});
