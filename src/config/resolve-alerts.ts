import { ALERT_KINDS, type AlertKind } from '../domain/alert.ts';
import { fromUsd } from '../domain/money.ts';
import { isPublicAddress, literalAddress } from '../lib/public-address.ts';
import type { AlertPolicy, WebhookConfig } from './alert-policy.ts';
import type { Policy } from './config.ts';
import type { RawConfig } from './schema/config-file.ts';

type RawAlerts = NonNullable<NonNullable<RawConfig['policy']>['alerts']>;
type RawWebhook = NonNullable<RawAlerts['webhooks']>[number];

/** What is told, to whom, and from which figures on. */
export function resolveAlerts(raw: RawConfig): AlertPolicy {
  const { errorTracking } = raw.monitoring ?? {};
  const alerts = raw.policy?.alerts ?? {};
  const rates = alerts.errorRates;
  const tracked = errorTracking?.enabled !== false && (rates !== undefined || errorTracking?.trackErrorRates === true);
  const silent: readonly AlertKind[] =
    errorTracking?.enabled === false || errorTracking?.alertOnCritical === false ? ['provider_down'] : [];
  const told = (alerts.kinds ?? ALERT_KINDS).filter((kind) => !silent.includes(kind));
  return {
    kinds: told,
    webhooks: (alerts.webhooks ?? []).map((webhook) => resolveWebhook(webhook, told)),
    errorRates: tracked
      ? { api: rates?.api ?? 0.01, timeout: rates?.timeout ?? 0.005, quality: rates?.quality ?? 0.05 }
      : null,
    latencyP95Ms: alerts.latencyP95Ms ?? null,
    cacheHitRate: alerts.cacheHitRate ?? null,
    priceDrift: alerts.priceDrift ?? 0.1,
    spendSpike: { factor: alerts.spendSpike?.factor ?? 5, least: fromUsd(alerts.spendSpike?.leastUsd ?? 1) },
    hostingMonthly: fromUsd(alerts.hostingMonthlyUsd ?? 40),
  };
}

/** What becomes of calls while money is short. */
export function resolveRestraint({ policy = {} }: RawConfig): Pick<Policy, 'throttle' | 'nonCritical' | 'onExhausted'> {
  const { throttle = {}, nonCritical = {} } = policy;
  return {
    throttle:
      throttle.enabled === false
        ? null
        : {
            beginsAt: throttle.beginsAt ?? 4,
            leastShare: throttle.leastShare ?? 0.05,
            longestDelayMs: throttle.maxDelayMs ?? 10_000,
          },
    nonCritical: {
      tags: nonCritical.tags ?? [],
      tasks: nonCritical.tasks ?? [],
      roles: nonCritical.roles ?? [],
      projects: nonCritical.projects ?? [],
      clients: nonCritical.clients ?? [],
      purposes: nonCritical.purposes ?? [],
    },
    onExhausted: policy.onExhausted ?? 'free',
  };
}

function resolveWebhook(raw: RawWebhook, told: readonly AlertKind[]): WebhookConfig {
  return {
    url: raw.url,
    secret: raw.secret ?? null,
    kinds: told.filter((kind) => raw.kinds?.includes(kind) ?? true),
    allowPrivateAddresses: raw.allowPrivateAddresses ?? false,
  };
}

/** What keeps webhooks from being used, as sentences; the address is never told, as it may be a secret. */
export function webhookProblems({ webhooks }: Pick<AlertPolicy, 'webhooks'>): readonly string[] {
  return webhooks.flatMap((webhook, index) => {
    const refusal = refuseWebhook(webhook);
    return refusal === null ? [] : [`policy.alerts.webhooks[${index}].url ${refusal}`];
  });
}

/** Names are not resolved here: whoever connects checks the address that a name turns out to have. */
function refuseWebhook({ url: text, allowPrivateAddresses }: WebhookConfig): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an https URL, such as "https://host/path"';
  if (url.username || url.password) return 'must not hold a user name or password; use "secret" to sign what is sent';
  if (url.protocol === 'http:' && !allowPrivateAddresses) {
    return 'is plain http, which anybody on the way can read; use https, or say "allowPrivateAddresses": true for a host of your own network';
  }
  const address = literalAddress(url);
  if (allowPrivateAddresses || address === null || isPublicAddress(address)) return null;
  return 'points to an address that is not on the public internet; say "allowPrivateAddresses": true if that is meant';
}

/** Secrets of webhooks; of an address, what follows the host, which with many services is the key. */
export function webhookSecrets({ webhooks }: Pick<AlertPolicy, 'webhooks'>): readonly string[] {
  return webhooks.flatMap(({ url, secret }) => {
    const { pathname = '', search = '' } = URL.canParse(url) ? new URL(url) : {};
    const rest = `${pathname}${search}`;
    return [...(secret === null ? [] : [secret]), ...(rest.length > 8 ? [rest] : [])];
  });
}
