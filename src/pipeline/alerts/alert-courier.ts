import { createHash } from 'node:crypto';
import type { WebhookConfig } from '../../config/alert-policy.ts';
import type { AlertNotice } from '../../domain/alert.ts';
import type { Clock } from '../../lib/clock.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import type { Random } from '../../lib/random.ts';
import type { AlertOutbox, Delivery } from '../../spend/alert-outbox.ts';
import type { Log } from '../../telemetry/log.ts';
import type { PostResult } from '../../telemetry/post-webhook.ts';
import { noticeMessage } from './alert-message.ts';

/** Takes alerts to webhooks, one after another to each, and again later where one does not answer. */
export interface AlertCourier {
  /** Keeps a notice for every webhook that wants it. To be called inside the transaction that makes it. */
  keep(notice: AlertNotice): void;
  /** Begins to deliver what is due. Returns at once. */
  start(): void;
  /** Where it had begun: delivers what is due for up to `graceMs`. Then it stops; the rest stays for the next process. */
  close(graceMs: number): Promise<void>;
  /** Posts a notice to every webhook once, now, and says how that went; nothing of it is kept. */
  test(notice: AlertNotice): Promise<readonly WebhookTest[]>;
  /** What waits, by webhook. */
  waiting(): readonly { readonly host: string; readonly waiting: number }[];
}

export interface WebhookTest {
  readonly host: string;
  readonly result: PostResult;
  readonly durationMs: number;
}

export interface AlertCourierDeps {
  readonly webhooks: readonly WebhookConfig[];
  readonly outbox: AlertOutbox;
  readonly post: (webhook: WebhookConfig, body: string, signal: AbortSignal) => Promise<PostResult>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: readonly string[];
}

/** Longer than any post takes, so that no two processes send the same at once. */
const LEASE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** What could not be delivered for so long is given up. */
const GIVEN_UP_MS = 86_400_000;

interface Target {
  readonly webhook: WebhookConfig;
  /** What it is called in the database. */
  readonly id: string;
  /** What it is called elsewhere: its address may hold a key. */
  readonly host: string;
  running: Promise<void> | null;
  /** Ends its sleep, since there is something new. */
  wake: AbortController;
}

export function createAlertCourier(deps: AlertCourierDeps): AlertCourier {
  const { outbox, clock, random, log } = deps;
  const targets: readonly Target[] = deps.webhooks.map((webhook) => ({
    webhook,
    id: createHash('sha256').update(webhook.url).digest('hex').slice(0, 32),
    host: new URL(webhook.url).host,
    running: null,
    wake: new AbortController(),
  }));
  const stop = new AbortController();
  const abort = new AbortController();
  let begun = false;

  async function deliver(target: Target, delivery: Delivery): Promise<void> {
    const result = await deps.post(target.webhook, delivery.body, abort.signal);
    if (result.type === 'delivered') return outbox.remove(delivery);
    const facts = { host: target.host, reason: result.reason, attempts: delivery.attempts };
    if (!result.again || clock.now() - delivery.createdAt > GIVEN_UP_MS) {
      log.error('an alert could not be delivered to a webhook and is given up', facts);
      return outbox.remove(delivery);
    }
    // A fifth more or less, so that what failed together does not come back together.
    const pause =
      Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (delivery.attempts - 1)) * (0.8 + 0.4 * random.next());
    outbox.postpone(delivery, Math.ceil(clock.now() + pause));
    log.warn('an alert could not be delivered to a webhook; it is tried again', facts);
  }

  async function run(target: Target): Promise<void> {
    while (!abort.signal.aborted) {
      const delivery = outbox.claim(target.id, LEASE_MS);
      if (delivery) {
        await deliver(target, delivery);
        continue;
      }
      const next = outbox.nextDue(target.id);
      if (next === null || stop.signal.aborted) return;
      target.wake = new AbortController();
      const woken = AbortSignal.any([stop.signal, target.wake.signal]);
      await clock.sleep(Math.max(1, next - clock.now()), woken, { ref: false }).catch(() => {});
    }
  }

  function start(): void {
    if (!begun) outbox.forget(clock.now() - 2 * GIVEN_UP_MS);
    begun = true;
    for (const target of targets) {
      target.wake.abort();
      target.running ??= run(target)
        .catch((error: unknown) => log.warn('alerts could not be delivered', { error: String(error) }))
        .finally(() => {
          target.running = null;
        });
    }
  }

  return {
    keep(notice) {
      const body = maskSecrets(JSON.stringify(noticeMessage(notice)), deps.secrets);
      for (const { webhook, id } of targets) if (webhook.kinds.includes(notice.alert.kind)) outbox.add(id, body);
    },
    start() {
      if (targets.length === 0 || stop.signal.aborted) return;
      start();
    },
    async close(graceMs) {
      // Who told nothing leaves what others could not deliver to those who serve, or tell something.
      if (begun) start();
      stop.abort();
      const waited = new AbortController();
      const all = Promise.all(targets.map(({ running }) => running));
      await Promise.race([all, clock.sleep(graceMs, waited.signal).catch(() => {})]);
      waited.abort();
      abort.abort();
      await all;
    },
    test(notice) {
      const body = maskSecrets(JSON.stringify(noticeMessage(notice)), deps.secrets);
      return Promise.all(
        targets.map(async ({ webhook, host }) => {
          const began = clock.monotonic();
          const result = await deps.post(webhook, body, abort.signal);
          return { host, result, durationMs: Math.round(clock.monotonic() - began) };
        }),
      );
    },
    waiting: () => targets.map(({ id, host }) => ({ host, waiting: outbox.count(id) })),
  };
}
