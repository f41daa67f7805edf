/** What somebody can be told of, as configuration, commands and webhooks name it. */
export const ALERT_KINDS = [
  /** A budget has passed a threshold, or is used up. */
  'budget',
  /** A call was booked at an unknown cost, since its model has no price. */
  'unknown_price',
  /** What a provider says that it charged is not what usage × price says. */
  'price_drift',
  /** An hour costs many times what an hour usually does. */
  'spend_spike',
  /** Calls are slowed down, since a budget would not last at this pace. */
  'throttle',
  /** A provider's free quota of the day is nearly, or wholly, used up. */
  'free_quota',
  /** Subscriptions and machines cost more this month than they should. */
  'hosting_cost',
  /** A provider has not answered for several attempts in a row. */
  'provider_down',
  /** Too many attempts fail. */
  'error_rate',
  /** Calls take too long. */
  'latency',
  /** Too few calls are answered from the cache. */
  'cache_hit_rate',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export type AlertLevel = 'warning' | 'critical' | 'exhausted';

/** Something that somebody should know. */
export interface Alert {
  readonly kind: AlertKind;
  /** What it is about: the id of a budget, a model, a provider … */
  readonly subject: string;
  /** What it is told once for: a moment that names a window or day (epoch ms); 0: for as long as it lasts. */
  readonly period: number;
  readonly level: AlertLevel;
  /** One sentence, with the figures that decided. */
  readonly message: string;
}

export interface OpenAlert extends Alert {
  /** Epoch ms. */
  readonly raisedAt: number;
}

export interface PastAlert extends OpenAlert {
  /** Epoch ms; null: it stands. */
  readonly clearedAt: number | null;
}

/** What sinks are told. `test`: somebody wants to see whether it arrives. */
export interface AlertNotice {
  readonly event: 'raised' | 'cleared' | 'test';
  readonly alert: OpenAlert;
  /** It is about the sandbox, whose money is not real. */
  readonly simulated: boolean;
  /** Epoch ms. */
  readonly at: number;
}

const SEVERITY: Readonly<Record<AlertLevel, number>> = { warning: 1, critical: 2, exhausted: 3 };

/** Levels as numbers, the worse the larger. */
export function severity(level: AlertLevel): number {
  return SEVERITY[level];
}

/** The notice as a line for people. */
export function describeNotice({ event, alert, simulated }: AlertNotice): string {
  const world = simulated ? 'Sandbox: ' : '';
  return event === 'cleared' ? `${world}Over: ${alert.message}` : `${world}${alert.message}`;
}
