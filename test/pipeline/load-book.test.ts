import { describe, expect, it } from 'vitest';
import { ProviderFailure } from '../../src/domain/failure.ts';
import { createLoadBook } from '../../src/pipeline/watchers/load-book.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { makeDeployment } from '../support/routing-world.ts';
import { watchedAttempt } from '../support/watched-attempt.ts';

const m = makeDeployment('groq', 'm');
const took = (durationMs: number, firstTokenMs: number | null) => ({ durationMs, firstTokenMs }) as AttemptClosing;

describe('the load book (RTR-13)', () => {
  it('knows how many attempts are on their way', () => {
    const load = createLoadBook(createFakeClock());
    const [one, two] = [watchedAttempt({ deployment: m }), watchedAttempt({ deployment: m })];
    load.started?.(one);
    load.started?.(two);
    load.ended?.(one, { type: 'left' }, took(0, null));
    expect(load.snapshot().get(m.id)).toEqual({ inFlight: 1, latencyMs: null });
    load.ended?.(two, { type: 'left' }, took(0, null));
    expect(load.snapshot().get(m.id)).toEqual({ inFlight: 0, latencyMs: null });
  });

  it('does not count what was never sent', () => {
    const load = createLoadBook(createFakeClock());
    load.ended?.(watchedAttempt({ deployment: m }), { type: 'left' }, took(0, null));
    expect(load.snapshot().size).toBe(0);
  });

  it('measures the first token from when the attempt was sent, not from when it began to wait', () => {
    const clock = createFakeClock();
    const load = createLoadBook(clock);
    const attempt = watchedAttempt({ deployment: m });
    clock.advance(2_000);
    load.started?.(attempt);
    clock.advance(1_000);
    load.ended?.(attempt, { type: 'answered' }, took(3_000, 2_300));
    expect(load.snapshot().get(m.id)?.latencyMs).toBe(300);
  });

  it('takes silence for slowness, and a quick refusal for nothing', () => {
    const clock = createFakeClock();
    const load = createLoadBook(clock);
    const end = (kind: 'timeout_first_token' | 'server_error', ms: number) => {
      const attempt = watchedAttempt({ deployment: m });
      load.started?.(attempt);
      clock.advance(ms);
      load.ended?.(attempt, { type: 'failed', failure: new ProviderFailure(kind, m.id, '') }, took(ms, null));
    };
    end('server_error', 5);
    expect(load.snapshot().get(m.id)?.latencyMs).toBeNull();
    end('timeout_first_token', 15_000);
    expect(load.snapshot().get(m.id)?.latencyMs).toBe(15_000);
  });

  it('counts turns', () => {
    const load = createLoadBook(createFakeClock());
    expect([load.nextTurn(), load.nextTurn(), load.nextTurn()]).toEqual([0, 1, 2]);
  });
});
