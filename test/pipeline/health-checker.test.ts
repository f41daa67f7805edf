import { describe, expect, it, onTestFinished } from 'vitest';
import { type FailureKind, ProviderFailure } from '../../src/domain/failure.ts';
import { createHealthChecker } from '../../src/pipeline/watchers/health-checker.ts';
import { createHealthRegistry } from '../../src/pipeline/watchers/health-registry.ts';
import { CIRCUIT_DEFAULTS } from '../../src/routing/circuit-breaker.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { makeDeployment } from '../support/routing-world.ts';
import { watchedAttempt } from '../support/watched-attempt.ts';

const hosted = makeDeployment('groq', 'm');
const local = makeDeployment('gpu', 'm', { local: true });
const never = new AbortController().signal;

/** Two providers; `answer` is what a probe of them does. */
function open(answer: (provider: string, signal: AbortSignal) => Promise<unknown>, unhealthyThreshold = 2) {
  const clock = createFakeClock();
  const settings = { ...CIRCUIT_DEFAULTS, unhealthyThreshold, healthyThreshold: 2 };
  const health = createHealthRegistry(clock, [hosted, local], settings);
  const probed: string[] = [];
  const checker = createHealthChecker({
    clock,
    health,
    providers: [
      { name: 'groq', local: false },
      { name: 'gpu', local: true },
    ],
    probe: (provider, signal) => {
      probed.push(provider);
      return answer(provider, signal);
    },
    intervalMs: 15_000,
    timeoutMs: 5_000,
    log: silentLog,
  });
  const breakHosted = () => {
    for (let i = 0; i < 5; i++) {
      const failure = new ProviderFailure('server_error', hosted.id, 'it broke');
      health.ended?.(watchedAttempt({ deployment: hosted }), { type: 'failed', failure }, {} as AttemptClosing);
    }
  };
  return { clock, health, checker, probed, breakHosted };
}

const fine = async () => ['m'];
const down = async () => {
  throw new ProviderFailure('connection', hosted.id, 'refused');
};
const says = (status: number, kind: FailureKind) => async () => {
  throw new ProviderFailure(kind, hosted.id, 'no', { status });
};

describe('health checks (SCL-05)', () => {
  it('ask nobody outside while all is well', async () => {
    const { checker, probed } = open(fine);
    await checker.check(never);
    expect(probed).toEqual(['gpu']);
  });

  it('ask after a provider that is in trouble, and no longer once it serves again', async () => {
    const { checker, health, probed, breakHosted } = open(fine);
    breakHosted();
    await checker.check(never);
    expect(probed).toEqual(['groq', 'gpu']);
    health.ended?.(watchedAttempt({ deployment: hosted }), { type: 'answered' }, {} as AttemptClosing);
    await checker.check(never);
    expect(probed).toEqual(['groq', 'gpu', 'gpu']);
  });

  it('ask no more once a provider answers and its rest is over, although nobody has called it since', async () => {
    const { checker, clock, health, probed, breakHosted } = open(fine);
    breakHosted();
    clock.advance(10_000);
    for (let i = 0; i < 3; i++) await checker.check(never);
    expect(probed).toEqual(['groq', 'gpu', 'gpu', 'gpu']);
    expect(health.isResting?.(hosted.id)).toBe(false);
  });

  it('take a local provider out after failed checks in a row, and let it be tried again after good ones', async () => {
    let works = false;
    const { checker, health } = open(() => (works ? fine() : down()));
    await checker.check(never);
    expect(health.isResting?.(local.id)).toBe(false);
    await checker.check(never);
    expect(health.snapshot().get(local.id)).toMatchObject({ reason: '2 health checks in a row failed: refused' });
    works = true;
    await checker.check(never);
    expect(health.isResting?.(local.id)).toBe(true);
    await checker.check(never);
    expect(health.isResting?.(local.id)).toBe(false);
  });

  it('spare calls the probing of a provider that is still down', async () => {
    const { checker, clock, health, breakHosted } = open(down);
    breakHosted();
    for (let i = 0; i < 4; i++) {
      clock.advance(9_000);
      await checker.check(never);
      if (i > 0) expect(health.isResting?.(hosted.id)).toBe(true);
    }
  });

  it.each([
    [404, 'model_not_found'],
    [401, 'unauthorized'],
  ] as const)('take an answer with status %d as a sign of life', async (status, kind) => {
    const { checker, health } = open(says(status, kind), 1);
    await checker.check(never);
    expect(health.isResting?.(local.id)).toBe(false);
  });

  it('make nothing of a 429, and count a 503', async () => {
    const limited = open(says(429, 'rate_limited'), 1);
    await limited.checker.check(never);
    expect(limited.health.isResting?.(local.id)).toBe(false);
    const broken = open(says(503, 'server_error'), 1);
    await broken.checker.check(never);
    expect(broken.health.isResting?.(local.id)).toBe(true);
  });

  it('give a silent provider up after the timeout', async () => {
    const { checker, clock, health } = open(
      (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      1,
    );
    const round = checker.check(never);
    clock.advance(5_000);
    await round;
    expect(health.snapshot().get(local.id)).toMatchObject({
      reason: '1 health check failed: no answer to a health check within 5000 ms',
    });
  });

  it('come at the interval until they are stopped', async () => {
    const { checker, clock, probed } = open(fine);
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const running = checker.run(stop.signal);
    clock.advance(14_999);
    await settled();
    expect(probed).toEqual([]);
    clock.advance(1);
    await settled();
    expect(probed).toEqual(['gpu']);
    clock.advance(15_000);
    await settled();
    expect(probed).toEqual(['gpu', 'gpu']);
    stop.abort();
    await running;
    clock.advance(60_000);
    expect(probed).toHaveLength(2);
  });
});

/** Everything that was due has run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
