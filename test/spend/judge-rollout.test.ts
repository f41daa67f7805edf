import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUsd } from '../../src/domain/money.ts';
import { type ArmFigures, NO_FIGURES, type Rollout } from '../../src/domain/rollout.ts';
import { wilsonInterval } from '../../src/lib/wilson-interval.ts';
import { rolloutArm } from '../../src/routing/rollout-arm.ts';
import { judgeRollout } from '../../src/spend/judge-rollout.ts';

const DAY_MS = 86_400_000;
const rollout: Rollout = {
  ...{ id: 1, profile: 'budget', baselineModel: 'dear', share: 0.1, automatic: true, state: 'running' },
  ...{ startedAt: 0, stepAt: 0, reason: null },
};
const arm = (calls: number, { failed = 0, rejected = 0, usd = 0.001 } = {}): ArmFigures => ({
  ...{ calls, failed, rejected, priced: calls },
  cost: fromUsd(usd * calls),
});
const judge = (profile: ArmFigures, baseline: ArmFigures, more: Partial<Rollout> = {}, now = DAY_MS) =>
  judgeRollout({ rollout: { ...rollout, ...more }, profile, baseline, now });

describe('a rollout (DOC-02)', () => {
  it('sends about the share of the conversations to the profile, and none back as the share grows', () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `conversation ${index}`);
    const moved = (share: number) => names.filter((name) => rolloutArm({ id: 7, share }, name) === 'profile');
    const steps = [0, 0.1, 0.5, 1].map(moved);
    expect(steps.map(({ length }) => length / 5_000)).toEqual([0, expect.closeTo(0.1, 1), expect.closeTo(0.5, 1), 1]);
    for (const [index, step] of steps.slice(0, -1).entries()) {
      const next = new Set(steps[index + 1]);
      expect(step.filter((name) => !next.has(name))).toEqual([]);
    }
  });

  it('goes back where calls fail more often than before, beyond chance', () => {
    expect(judge(arm(50, { failed: 12 }), arm(200, { failed: 4 }))).toEqual({
      type: 'roll_back',
      reason: '24.0 % of its calls failed, against 2.0 % before',
    });
    expect(judge(arm(50, { failed: 2 }), arm(200, { failed: 4 })).type).toBe('go_on');
    expect(judge(arm(10, { failed: 10 }), arm(200)).type).toBe('go_on');
  });

  it('goes back where answers are not good enough more often', () => {
    const verdict = judge(arm(60, { rejected: 20 }), arm(60, { rejected: 3 }));
    expect(verdict).toMatchObject({ type: 'roll_back', reason: expect.stringContaining('33.3 %') });
  });

  it('goes back where a call costs more than before', () => {
    expect(judge(arm(30, { usd: 0.02 }), arm(30, { usd: 0.01 }))).toEqual({
      type: 'roll_back',
      reason: 'a call costs $0.02, against $0.01 before',
    });
    expect(judge(arm(30, { usd: 0.0102 }), arm(30, { usd: 0.01 })).type).toBe('go_on');
  });

  it('holds one failure in twenty against a profile whose predecessor was never watched', () => {
    expect(judge(arm(100, { failed: 12 }), NO_FIGURES)).toMatchObject({ type: 'roll_back' });
    expect(judge(arm(100, { failed: 5 }), NO_FIGURES).type).toBe('go_on');
  });

  it('takes its next step after a week, but never without evidence', () => {
    const healthy = [arm(100), arm(100, { usd: 0.01 })] as const;
    expect(judge(...healthy, {}, 6 * DAY_MS).type).toBe('go_on');
    expect(judge(...healthy, {}, 7 * DAY_MS)).toEqual({ type: 'step', share: 0.5 });
    expect(judge(...healthy, { automatic: false }, 7 * DAY_MS).type).toBe('go_on');
    expect(judge(...healthy, { share: 1 }, 70 * DAY_MS).type).toBe('go_on');
    expect(judge(arm(5), arm(100), {}, 7 * DAY_MS).type).toBe('go_on');
    expect(judge(NO_FIGURES, arm(100), { share: 0 }, 7 * DAY_MS)).toEqual({ type: 'step', share: 0.1 });
  });

  it('never goes back for figures that are the same on both sides', () => {
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(3_000), fc.nat(3_000), (calls, failed, rejected) => {
        const same = arm(calls, { failed: Math.min(failed, calls), rejected: Math.min(rejected, calls) });
        expect(judge(same, same).type).toBe('go_on');
      }),
    );
  });
});

describe("Wilson's interval", () => {
  it('holds the share, stays within 0 and 1, and narrows with more trials', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const hits = Math.round(share * trials);
        const { low, high } = wilsonInterval(hits, trials);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(hits / trials + 1e-12);
        expect(high).toBeGreaterThanOrEqual(hits / trials - 1e-12);
        const wider = wilsonInterval(hits, trials);
        const narrower = wilsonInterval(hits * 4, trials * 4);
        expect(narrower.high - narrower.low).toBeLessThan(wider.high - wider.low);
      }),
    );
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
    // Published example: 15 of 20.
    expect(wilsonInterval(15, 20)).toEqual({ low: expect.closeTo(0.5313, 4), high: expect.closeTo(0.8881, 4) });
  });
});
