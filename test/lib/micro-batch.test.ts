import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMicroBatch, type MicroBatchOptions, type Settled } from '../../src/lib/micro-batch.ts';
import { divideTogether, shareOut } from '../../src/lib/share-out.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const never = new AbortController().signal;
const ok = <T>(value: T): Settled<T> => ({ ok: true, value });
/** Until everything that only waits for promises has happened. */
const idle = () => new Promise<void>((resolve) => setImmediate(resolve));

function open(more: Partial<MicroBatchOptions<number, number>> = {}) {
  const clock = createFakeClock();
  const batches: (readonly number[])[] = [];
  const batch = createMicroBatch<number, number>({
    maxSize: 3,
    delayMs: 100,
    smart: false,
    clock,
    run: async (items) => {
      batches.push(items);
      return items.map((item) => ok(item * 10));
    },
    ...more,
  });
  return { batch, batches, clock };
}

describe('a micro-batch (OPT-08)', () => {
  it('goes as soon as it is full, and after the delay where it is not', async () => {
    const { batch, batches, clock } = open();
    const results = [1, 2, 3, 4].map((item) => batch.add(item, never));
    await idle();
    expect([batches, batch.waiting]).toEqual([[[1, 2, 3]], 1]);
    clock.advance(99);
    await idle();
    expect(batches).toHaveLength(1);
    clock.advance(1);
    expect(await Promise.all(results)).toEqual([10, 20, 30, 40]);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  it('lets nobody wait while nothing is under way, and collects what comes meanwhile (smart)', async () => {
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const batches: (readonly number[])[] = [];
    const { batch } = open({
      smart: true,
      run: async (items) => {
        batches.push(items);
        if (batches.length === 1) await gate;
        return items.map(ok);
      },
    });
    const first = [batch.add(1, never), batch.add(2, never)];
    await idle();
    const later = [batch.add(3, never), batch.add(4, never)];
    await idle();
    expect(batches).toEqual([[1, 2]]);
    letGo();
    expect(await Promise.all([...first, ...later])).toEqual([1, 2, 3, 4]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('gives each item its own error, and all of them that of the batch', async () => {
    const odd = open({
      run: async (items) => items.map((item) => (item === 2 ? { ok: false, error: new Error('two') } : ok(item))),
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => odd.batch.add(item, never)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const broken = open({ run: () => Promise.reject(new Error('all')) });
    for (const result of [1, 2, 3].map((item) => broken.batch.add(item, never))) {
      await expect(result).rejects.toThrow('all');
    }
    const short = open({ run: async () => [ok(1)] });
    const [, second] = [1, 2, 3].map((item) => short.batch.add(item, never).catch(String));
    expect(await second).toContain('no answer for this item');
  });

  it('takes an aborted item out without a word to the others, and sends nothing for nobody', async () => {
    const { batch, batches, clock } = open();
    const leaver = new AbortController();
    const gone = batch.add(1, leaver.signal);
    const stays = batch.add(2, never);
    leaver.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    clock.advance(100);
    expect(await stays).toBe(20);
    expect(batches).toEqual([[2]]);
    const alone = new AbortController();
    const last = batch.add(3, alone.signal);
    alone.abort(new Error('left'));
    await expect(last).rejects.toThrow('left');
    clock.advance(1_000);
    await idle();
    expect(batches).toHaveLength(1);
  });

  it('aborts a batch under way once all that wait for it have gone, and no sooner', async () => {
    const seen: AbortSignal[] = [];
    const { batch } = open({
      maxSize: 2,
      run: (_, signal) => {
        seen.push(signal);
        return new Promise(() => {});
      },
    });
    const leavers = [new AbortController(), new AbortController()] as const;
    const results = leavers.map(({ signal }, item) => batch.add(item, signal).catch(() => 'gone'));
    await idle();
    leavers[0].abort();
    expect(seen[0]?.aborted).toBe(false);
    leavers[1].abort();
    expect(seen[0]?.aborted).toBe(true);
    expect(await Promise.all(results)).toEqual(['gone', 'gone']);
  });

  it('answers everybody once, in order, in as few batches as there can be, whoever leaves (property)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        async (leaves, maxSize, smart) => {
          const { batch, batches, clock } = open({ maxSize, smart, delayMs: 5 });
          const answers: number[] = [];
          const results = leaves.map((_, item) => batch.add(item, never).then((value) => answers.push(value)));
          await idle();
          clock.advance(5);
          await Promise.all(results);
          expect(answers).toEqual(leaves.map((_, item) => item * 10));
          expect(batches).toHaveLength(Math.ceil(leaves.length / maxSize));
          expect(batches.flat()).toEqual(leaves.map((_, item) => item));
          // The same with some who leave before anything goes: nobody else is lost, or sent twice.
          const second = open({ maxSize: 100, smart: false, delayMs: 5 });
          const leavers = leaves.map(() => new AbortController());
          const outcomes = leaves.map((_, item) =>
            second.batch.add(item, leavers[item]?.signal ?? never).catch(() => 'gone'),
          );
          leaves.forEach((left, item) => void (left && leavers[item]?.abort()));
          await idle();
          second.clock.advance(5);
          expect(await Promise.all(outcomes)).toEqual(leaves.map((left, item) => (left ? 'gone' : item * 10)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('shares', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 30 });

  it('add up to the whole, and differ from the exact quota by less than one (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), weights, (total, given) => {
        const shares = shareOut(total, given);
        expect(shares.reduce((sum, share) => sum + BigInt(share), 0n)).toBe(BigInt(total));
        const all = given.reduce((sum, weight) => sum + BigInt(weight), 0n);
        if (all === 0n) return;
        for (const [index, share] of shares.entries()) {
          const quota = (BigInt(total) * BigInt(given[index] ?? 0)) / all;
          expect([quota, quota + 1n]).toContain(BigInt(share));
        }
      }),
    );
  });

  it('of quotients are each rounded up or down, and together the sum rounded up (property)', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 1_000_000 }), (given, divisor) => {
        const amounts = given.map(BigInt);
        const shares = divideTogether(amounts, BigInt(divisor));
        const sum = given.reduce((all, each) => all + each, 0);
        expect(shares.reduce((all, share) => all + share, 0)).toBe(Math.ceil(sum / divisor));
        for (const [index, share] of shares.entries()) {
          const exact = (given[index] ?? 0) / divisor;
          expect(share).toBeGreaterThanOrEqual(Math.floor(exact));
          expect(share).toBeLessThanOrEqual(Math.ceil(exact));
        }
      }),
    );
  });
});
