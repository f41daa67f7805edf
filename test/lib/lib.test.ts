import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { untilAborted, withDeadline } from '../../src/lib/deadline.ts';
import { maskSecrets } from '../../src/lib/mask-secrets.ts';
import { editDistance, nearest } from '../../src/lib/nearest.ts';
import { newId, systemRandom } from '../../src/lib/random.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';

describe('nearest', () => {
  it('names the option that was probably meant', () => {
    expect(nearest('complexityRoutng', ['taskTypeMapping', 'complexityRouting'])).toBe('complexityRouting');
    expect(nearest('sonnet', ['gpt-5', 'claude-3.5-sonnet'])).toBe('claude-3.5-sonnet');
    expect(nearest('deepsek-chat', ['gpt-5', 'deepseek/deepseek-chat'])).toBe('deepseek/deepseek-chat');
    expect(nearest('zzzzzz', ['budget', 'premium'])).toBeUndefined();
  });

  it('measures a distance: symmetric, zero only for equals', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('ids', () => {
  it('sort by time and never repeat', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => newId('call', 1_700_000_000_000 + i, systemRandom));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids[0]).toMatch(/^call_[0-9a-z]{26}$/);
  });
});

describe('masking', () => {
  it('hides given secrets and everything shaped like one (SEC-01)', () => {
    const text = 'Incorrect key sk-or-v1-0123456789abcdef0123, Bearer abcdefgh12345678 and hunter2hunter2';
    const masked = maskSecrets(text, ['hunter2hunter2']);
    expect(masked).toBe('Incorrect key •••, ••• and •••');
  });
});

describe('a deadline', () => {
  it('aborts with its reason when time is up', async () => {
    const deadline = withDeadline(new AbortController().signal, 5, () => new Error('late'));
    await expect(untilAborted(new Promise(() => {}), deadline.signal)).rejects.toThrow('late');
    deadline.dispose();
  });

  it('passes an abort on, with the reason', () => {
    const outer = new AbortController();
    const deadline = withDeadline(outer.signal, 60_000, () => new Error('late'));
    outer.abort(new Error('enough'));
    expect(deadline.signal.reason).toEqual(new Error('enough'));
    deadline.dispose();
  });
});

describe('the system clock', () => {
  it('stops sleeping when aborted, with the reason', async () => {
    const controller = new AbortController();
    const sleep = systemClock.sleep(60_000, controller.signal);
    controller.abort(new Error('wake up'));
    await expect(sleep).rejects.toThrow('wake up');
  });
});

describe('a semaphore', () => {
  it('never lets more in than it has places, and serves in order (OPT-10)', async () => {
    const semaphore = createSemaphore(3);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const leave = await semaphore.acquire(new AbortController().signal);
        order.push(i);
        most = Math.max(most, ++inside);
        await Promise.resolve();
        inside--;
        leave();
        leave();
      }),
    );
    expect({ most, order, waiting: semaphore.waiting }).toEqual({ most: 3, order: [...Array(20).keys()], waiting: 0 });
  });

  it('lets a waiter leave the queue, without losing the place', async () => {
    const semaphore = createSemaphore(1);
    const leave = await semaphore.acquire(new AbortController().signal);
    const impatient = new AbortController();
    const waiting = semaphore.acquire(impatient.signal);
    impatient.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    leave();
    await expect(semaphore.acquire(new AbortController().signal)).resolves.toBeTypeOf('function');
  });
});
