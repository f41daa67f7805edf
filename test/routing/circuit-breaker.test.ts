import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../src/domain/failure.ts';
import {
  CIRCUIT_DEFAULTS,
  type CircuitEvent,
  type CircuitSettings,
  type CircuitState,
  CLOSED,
  healthOf,
  step,
} from '../../src/routing/circuit-breaker.ts';

const settings: CircuitSettings = { ...CIRCUIT_DEFAULTS, unhealthyThreshold: 2, healthyThreshold: 2 };

const fail = (kind: FailureKind = 'server_error'): CircuitEvent => ({ type: 'failed', kind, message: 'it broke' });
const good: CircuitEvent = { type: 'checked', ok: true, message: '' };
const bad: CircuitEvent = { type: 'checked', ok: false, message: 'no answer' };

/** `[at, event]`, from a closed circuit on. */
function run(...events: readonly (readonly [number, CircuitEvent])[]): CircuitState {
  return events.reduce<CircuitState>((state, [at, event]) => step(state, event, at, settings), CLOSED);
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const fiveFailures = times(5, [0, fail()] as const);
const isOut = (state: CircuitState, now: number) => healthOf(state, now, settings).state === 'unhealthy';

describe('the circuit breaker (RTR-11)', () => {
  it('opens after five failures in a row, not after four', () => {
    expect(run(...times(4, [0, fail()] as const))).toEqual({ state: 'closed', failures: 4, failedChecks: 0 });
    expect(run(...fiveFailures)).toMatchObject({
      state: 'open',
      until: 10_000,
      refused: false,
      reason: '5 failures in a row, the last: it broke',
    });
  });

  it('forgets failures after a success', () => {
    expect(run(...times(4, [0, fail()] as const), [1, { type: 'succeeded' }], [2, fail()])).toMatchObject({
      state: 'closed',
      failures: 1,
    });
  });

  it('lets one probe through when the rest is over, and no second one beside it', () => {
    const open = run(...fiveFailures);
    expect([isOut(open, 9_999), isOut(open, 10_000)]).toEqual([true, false]);
    const probing = step(open, { type: 'started' }, 10_000, settings);
    expect(probing).toMatchObject({ state: 'half_open', probing: 10_000 });
    expect([isOut(probing, 10_001), isOut(probing, 69_999), isOut(probing, 70_000)]).toEqual([true, true, false]);
  });

  it('closes when the probe succeeds', () => {
    expect(run(...fiveFailures, [10_000, { type: 'started' }], [10_100, { type: 'succeeded' }])).toEqual(CLOSED);
  });

  it('rests longer each time that the probe fails, but never so long that a recovery goes unseen for 30 s', () => {
    let state = run(...fiveFailures);
    let now = 0;
    const rests: number[] = [];
    for (let round = 0; round < 5 && state.state === 'open'; round++) {
      rests.push(state.until - now);
      now = state.until;
      state = step(step(state, { type: 'started' }, now, settings), fail(), now, settings);
    }
    expect(rests).toEqual([10_000, 20_000, 25_000, 25_000, 25_000]);
  });

  it('gives the probe to the next one where it was cancelled or the request was at fault', () => {
    const probing = run(...fiveFailures, [10_000, { type: 'started' }]);
    for (const event of [{ type: 'abandoned' }, fail('bad_request'), fail('cancelled')] as const) {
      const state = step(probing, event, 10_500, settings);
      expect([state.state, isOut(state, 10_500)]).toEqual(['half_open', false]);
    }
  });

  it.each<FailureKind>(['cancelled', 'bad_request', 'context_length', 'content_refused', 'invalid_answer'])(
    'does not blame a deployment for %s',
    (kind) => {
      expect(run(...times(10, [0, fail(kind)] as const))).toEqual(CLOSED);
    },
  );

  it.each<FailureKind>(['unauthorized', 'payment_required', 'model_not_found'])(
    'opens at once and for ten minutes after %s, whatever checks and late answers say',
    (kind) => {
      const state = run([0, fail(kind)], [1, { type: 'succeeded' }], [2, bad], [3, good], [4, good]);
      expect(state).toMatchObject({ state: 'open', until: 600_000, refused: true });
      const closed = step(
        step(state, { type: 'started' }, 600_000, settings),
        { type: 'succeeded' },
        600_001,
        settings,
      );
      expect(closed).toEqual(CLOSED);
    },
  );

  it('opens after failed checks in a row, and ends a rest early after good ones that follow failed ones (SCL-05)', () => {
    expect(run([0, bad], [1, good], [2, bad])).toMatchObject({ state: 'closed', failedChecks: 1 });
    const open = run([0, bad], [1_000, bad]);
    expect(open).toMatchObject({ state: 'open', until: 26_000 });
    const once = step(open, good, 2_000, settings);
    expect(isOut(once, 2_000)).toBe(true);
    expect(isOut(step(once, good, 3_000, settings), 3_000)).toBe(false);
  });

  it('keeps resting while checks fail, and does not end a rest by checks that never failed (SCL-05)', () => {
    const open = run(...fiveFailures);
    expect(
      isOut(
        [bad, bad].reduce((state, event) => step(state, event, 9_000, settings), open),
        20_000,
      ),
    ).toBe(true);
    expect(
      isOut(
        [good, good].reduce((state, event) => step(state, event, 1_000, settings), open),
        5_000,
      ),
    ).toBe(true);
  });
});

const kinds = fc.constantFrom<FailureKind>(
  'server_error',
  'rate_limited',
  'timeout_idle',
  'stream_broken',
  'cancelled',
);
const events = fc.oneof<fc.Arbitrary<CircuitEvent>[]>(
  fc.constant({ type: 'started' }),
  fc.constant({ type: 'succeeded' }),
  fc.constant({ type: 'abandoned' }),
  fc.constant(good),
  fc.constant(bad),
  kinds.map((kind) => fail(kind)),
);
const histories = fc.array(fc.tuple(fc.nat(20_000), events), { maxLength: 60 });

function replay(history: readonly (readonly [number, CircuitEvent])[]): { state: CircuitState; now: number } {
  let now = 0;
  let state: CircuitState = CLOSED;
  for (const [pause, event] of history) {
    now += pause;
    state = step(state, event, now, settings);
  }
  return { state, now };
}

describe('any history of a circuit without refusals', () => {
  it('never keeps a deployment out for more than 25 s, or 60 s where a probe never ends', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { state, now } = replay(history);
        const health = healthOf(state, now, settings);
        const limit = state.state === 'half_open' ? settings.probeMs : settings.longestRestMs;
        return health.state === 'healthy' || health.until - now <= limit;
      }),
    );
  });

  it('is closed after a success', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { state, now } = replay(history);
        expect(step(state, { type: 'succeeded' }, now, settings)).toEqual(CLOSED);
      }),
    );
  });

  it('never opens without a failure', () => {
    const harmless = fc.array(fc.tuple(fc.nat(20_000), fc.constantFrom<CircuitEvent>({ type: 'started' }, good)));
    fc.assert(fc.property(harmless, (history) => replay(history).state.state === 'closed'));
  });

  it('lets at most one probe through at a time', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { state, now } = replay(history);
        if (state.state === 'closed' || isOut(state, now)) return true;
        return isOut(step(state, { type: 'started' }, now, settings), now);
      }),
    );
  });
});
