import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Config } from '../../config/config.ts';
import type { Alert, AlertNotice, OpenAlert, PastAlert } from '../../domain/alert.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { createAlertBook } from '../../spend/alert-book.ts';
import { createAlertFacts } from '../../spend/alert-facts.ts';
import { createAlertOutbox } from '../../spend/alert-outbox.ts';
import { passingAlerts } from '../../spend/budget-alerts.ts';
import { createFixedCosts } from '../../spend/fixed-costs.ts';
import type { BudgetCrossing, Ledger } from '../../spend/ledger.ts';
import { createSpendSamples } from '../../spend/spend-samples.ts';
import type { Database } from '../../storage/database.ts';
import type { AlertFeed } from '../../telemetry/alert-feed.ts';
import type { Log } from '../../telemetry/log.ts';
import { logAlert } from '../../telemetry/log-alerts.ts';
import { postWebhook } from '../../telemetry/post-webhook.ts';
import type { AttemptObserver } from '../watchers/attempt-observer.ts';
import { createProviderWatch } from '../watchers/provider-watch.ts';
import type { QuotaKeeper } from '../watchers/quota-keeper.ts';
import { createAlertCourier, type WebhookTest } from './alert-courier.ts';
import { createAlertSources } from './alert-sources.ts';
import { type AlertSink, type AlertWatch, createAlertWatch } from './alert-watch.ts';
import { createSpendGate, type SpendGate } from './spend-gate.ts';

/** What surfaces may know, and want, of alerts. */
export interface Alerts {
  /** Looks first. Oldest first. */
  open(): readonly OpenAlert[];
  /** The same without a look, for those who ask often. */
  standing(): readonly OpenAlert[];
  /** The latest of all, those that stand too; newest first. */
  latest(limit: number): readonly PastAlert[];
  /** Tells everybody something that is not true, and what became of it. */
  test(): Promise<readonly WebhookTest[]>;
  /** What webhooks are still to be told. */
  waiting(): readonly { readonly host: string; readonly waiting: number }[];
}

export interface AlertSystem {
  readonly alerts: Alerts;
  readonly watch: AlertWatch;
  /** Budgets have crossed thresholds. Neither throws nor waits. */
  crossed(crossings: readonly BudgetCrossing[]): void;
  readonly gate: SpendGate;
  readonly observers: readonly AttemptObserver[];
  /** Looks a last time, and gives webhooks a moment. */
  close(): Promise<void>;
}

export interface AlertSystemDeps {
  readonly config: Config;
  readonly database: Database;
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly quotas: QuotaKeeper;
  /** Hears of alerts, too; null: nobody is connected. */
  readonly feed: AlertFeed | null;
  readonly simulated: boolean;
  readonly longRunning: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
}

/** How long the end of a process waits for webhooks; what is left is delivered by the next one. */
const GRACE_MS = 1_500;

/** Joins what looks for alerts, what slows calls down, and those who are told. */
export function createAlertSystem(deps: AlertSystemDeps): AlertSystem {
  const { config, database, ledger, catalogue, quotas, feed, simulated, longRunning, clock, random, log } = deps;
  const { budgets, policy, secrets } = config;
  const book = createAlertBook({ database, now: () => clock.now(), simulated });
  const gate = createSpendGate({ budgets, samples: createSpendSamples(database, simulated), rule: policy.throttle });
  const courier = createAlertCourier({
    webhooks: policy.alerts.webhooks,
    outbox: createAlertOutbox(database, () => clock.now()),
    post: (webhook, body, signal) =>
      postWebhook(webhook, body, { clock, userAgent: `farebox/${deps.version}`, signal }),
    clock,
    random,
    log,
    secrets,
  });
  // Prepared when they are first needed: most commands never look.
  const facts = once(() => createAlertFacts(database, simulated));
  const fixedCosts = once(() => createFixedCosts(database.sqlite));
  const providers = createProviderWatch(clock);
  const sources = [
    ...createAlertSources({
      policy: policy.alerts,
      ledger,
      facts,
      gate,
      catalogue,
      quotas,
      fixedCosts: database.guarded((since, until) => fixedCosts()({ since, until, groupBy: 'model', simulated })),
    }),
    providers,
  ];
  const isTold = ({ alert }: AlertNotice) => policy.alerts.kinds.includes(alert.kind);
  const everybody: readonly AlertSink[] = [
    { tell: (notice) => logAlert(log, notice) },
    ...(feed ? [feed] : []),
    // What it is to deliver was kept with the alert.
    { tell: () => courier.start() },
  ];
  const sinks = everybody.map(({ tell }) => ({ tell: (notice: AlertNotice) => void (isTold(notice) && tell(notice)) }));
  const keep = (notice: AlertNotice) => void (isTold(notice) && courier.keep(notice));
  const tellPassing = (alert: Alert) => {
    const at = clock.now();
    const notice: AlertNotice = { event: 'raised', alert: { ...alert, period: at, raisedAt: at }, simulated, at };
    try {
      database.transaction(keep)(notice);
      for (const sink of sinks) sink.tell(notice);
    } catch (error) {
      log.warn('an alert could not be told', { error: String(error) });
    }
  };
  const watch = createAlertWatch({
    book,
    sources,
    sinks,
    outbox: keep,
    clock,
    log,
    longRunning,
  });
  if (longRunning) courier.start();
  // A throttle that another process found on slows down the very first call of this one.
  if (book.open().some(({ kind }) => kind === 'throttle')) watch.crossed();

  return {
    watch,
    crossed(crossings) {
      watch.crossed();
      for (const alert of passingAlerts(crossings, budgets)) queueMicrotask(() => tellPassing(alert));
    },
    gate,
    observers: [providers, watch],
    alerts: {
      open() {
        watch.look();
        return book.open();
      },
      standing: book.open,
      latest: book.latest,
      async test() {
        const at = clock.now();
        const alert: OpenAlert = { ...TEST, raisedAt: at };
        const notice: AlertNotice = { event: 'test', alert, simulated, at };
        logAlert(log, notice);
        feed?.tell(notice);
        return courier.test(notice);
      },
      waiting: courier.waiting,
    },
    async close() {
      watch.close();
      await courier.close(GRACE_MS);
    },
  };
}

/** What is made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const TEST = {
  kind: 'budget',
  subject: 'test',
  period: 0,
  level: 'warning',
  message: 'This is a test: alerts of farebox arrive here.',
} as const;
