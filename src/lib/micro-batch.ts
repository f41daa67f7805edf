import type { Clock } from './clock.ts';
import { listen, untilAborted } from './deadline.ts';

/** Collects items that come one by one, and works on them together. */
export interface MicroBatch<Item, Result> {
  /**
   * Resolves with the result of the item; rejects with its own error, with that of `run`, or with the signal's reason. An
   * item whose signal aborts before its batch goes is taken out of it; the others never notice.
   */
  add(item: Item, signal: AbortSignal): Promise<Result>;
  /** Items that no batch has taken yet. */
  readonly waiting: number;
}

/** What became of one item of a batch. */
export type Settled<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly error: unknown };

export interface MicroBatchOptions<Item, Result> {
  /** Items in one batch at most: as soon as so many wait, they go. */
  readonly maxSize: number;
  /** The longest that an item waits for others, in ms. */
  readonly delayMs: number;
  /** Nobody waits while nothing is under way: only what comes during a batch is collected for the next one. */
  readonly smart: boolean;
  readonly clock: Clock;
  /**
   * Works on a batch; one outcome for each item, in their order. Where it throws, that is the error of each item. The
   * signal aborts once nobody waits for the batch any more.
   */
  readonly run: (items: readonly Item[], signal: AbortSignal) => Promise<readonly Settled<Result>[]>;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly settle: (outcome: Settled<Result>) => void;
}

export function createMicroBatch<Item, Result>(options: MicroBatchOptions<Item, Result>): MicroBatch<Item, Result> {
  const { maxSize, delayMs, smart, clock } = options;
  const queue: Entry<Item, Result>[] = [];
  let underWay = 0;
  let timer: AbortController | null = null;
  let checking = false;

  function flush(): void {
    timer?.abort();
    timer = null;
    const entries = queue.splice(0, maxSize);
    if (entries.length > 0) {
      underWay++;
      void work(entries, options).finally(() => {
        underWay--;
        // What has come meanwhile has waited long enough.
        if (smart && underWay === 0 && queue.length > 0) flush();
      });
    }
    if (queue.length > 0) startTimer();
  }

  function startTimer(): void {
    if (timer) return;
    const started = new AbortController();
    timer = started;
    clock.sleep(delayMs, started.signal).then(flush, () => {}); // Only a flush, or an empty queue, ends the wait.
  }

  /** Whatever is added in one go, goes in one go. */
  function flushIfIdle(): void {
    if (checking) return;
    checking = true;
    queueMicrotask(() => {
      checking = false;
      if (underWay === 0 && queue.length > 0) flush();
    });
  }

  function leave(entry: Entry<Item, Result>): void {
    const position = queue.indexOf(entry);
    if (position >= 0) queue.splice(position, 1);
    if (queue.length > 0) return;
    timer?.abort();
    timer = null;
  }

  return {
    get waiting() {
      return queue.length;
    },
    async add(item, signal) {
      signal.throwIfAborted();
      let entry: Entry<Item, Result> | undefined;
      const result = new Promise<Result>((resolve, reject) => {
        const settle = (outcome: Settled<Result>) => (outcome.ok ? resolve(outcome.value) : reject(outcome.error));
        entry = { item, signal, settle };
        queue.push(entry);
      });
      if (queue.length >= maxSize) flush();
      else startTimer();
      if (smart && queue.length > 0) flushIfIdle();
      try {
        return await untilAborted(result, signal);
      } finally {
        if (signal.aborted && entry) leave(entry);
      }
    },
  };
}

/** Runs one batch and tells each item what became of it. Never rejects. */
async function work<Item, Result>(
  entries: readonly Entry<Item, Result>[],
  { run }: MicroBatchOptions<Item, Result>,
): Promise<void> {
  const abandoned = new AbortController();
  const leaveIfAlone = () => {
    if (entries.every(({ signal }) => signal.aborted)) abandoned.abort(entries[0]?.signal.reason);
  };
  const signals = new Set(entries.map(({ signal }) => signal));
  for (const signal of signals) listen(signal, leaveIfAlone);
  leaveIfAlone();
  try {
    const outcomes = await run(
      entries.map(({ item }) => item),
      abandoned.signal,
    );
    const missing: Settled<Result> = { ok: false, error: new Error('the batch gave no answer for this item') };
    for (const [index, { settle }] of entries.entries()) settle(outcomes[index] ?? missing);
  } catch (error) {
    for (const { settle } of entries) settle({ ok: false, error });
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', leaveIfAlone);
  }
}
