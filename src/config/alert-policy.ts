import type { AlertKind } from '../domain/alert.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { TaskType } from '../domain/task.ts';

/** What is told when something is wrong, to whom, and from which figures on. */
export interface AlertPolicy {
  /** What is told at all. */
  readonly kinds: readonly AlertKind[];
  readonly webhooks: readonly WebhookConfig[];
  /** Shares (0 to 1) of the attempts of the last hour that may fail, by what was at fault; null: not watched. */
  readonly errorRates: { readonly api: number; readonly timeout: number; readonly quality: number } | null;
  /** null: not watched. */
  readonly latencyP95Ms: number | null;
  readonly cacheHitRate: number | null;
  /** The share by which a provider's own figure may be off ours. */
  readonly priceDrift: number;
  readonly spendSpike: { readonly factor: number; readonly least: NanoUsd };
  /** Of subscriptions and machines together; 0: not watched. */
  readonly hostingMonthly: NanoUsd;
}

export interface WebhookConfig {
  readonly url: string;
  readonly secret: string | null;
  readonly kinds: readonly AlertKind[];
  readonly allowPrivateAddresses: boolean;
}

/** What may wait: calls of any of these are paused while a budget that pays for them is critical. */
export interface NonCritical {
  readonly tags: readonly string[];
  readonly tasks: readonly TaskType[];
  readonly roles: readonly string[];
  readonly projects: readonly string[];
  readonly clients: readonly string[];
  /** Of farebox's own calls. */
  readonly purposes: readonly string[];
}

/** When calls are slowed down, since a budget would not last at its pace. */
export interface ThrottlePolicy {
  /** Times the pace that would last. */
  readonly beginsAt: number;
  /** Of the limit, spent lately: below this share there is no throttle. */
  readonly leastShare: number;
  readonly longestDelayMs: number;
}
