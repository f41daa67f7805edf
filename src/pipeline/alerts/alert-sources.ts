import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { AlertPolicy } from '../../config/alert-policy.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { type AlertFacts, dayOf, hourOf, startOfDay } from '../../spend/alert-facts.ts';
import { budgetAlerts } from '../../spend/budget-alerts.ts';
import { windowAt } from '../../spend/budget-window.ts';
import type { Ledger } from '../../spend/ledger.ts';
import { priceDriftAlerts, unknownPriceAlerts } from '../../spend/price-alerts.ts';
import { quotaAlerts } from '../../spend/quota-alerts.ts';
import type { FixedCostLine } from '../../spend/reports.ts';
import { cacheAlerts, errorRateAlerts, latencyAlerts } from '../../spend/service-alerts.ts';
import { hostingAlerts, spendSpikeAlerts } from '../../spend/spend-alerts.ts';
import { namedQuota, type QuotaKeeper } from '../watchers/quota-keeper.ts';
import type { AlertSource } from './alert-watch.ts';
import type { SpendGate } from './spend-gate.ts';

export interface AlertSourceDeps {
  readonly policy: AlertPolicy;
  readonly ledger: Pick<Ledger, 'budgets'>;
  readonly facts: () => AlertFacts;
  readonly gate: SpendGate;
  readonly catalogue: Catalogue;
  readonly quotas: Pick<QuotaKeeper, 'left'>;
  /** What was paid from one moment to another, whatever was used. */
  readonly fixedCosts: (since: number, until: number) => readonly FixedCostLine[];
}

const RECENT_MS = 3_600_000;
/** So many hours before this one say what an hour usually costs. */
const USUAL_HOURS = 7 * 24;

/** What can be told from the ledger. Each read is bounded; those that cost more are asked less often. */
export function createAlertSources(deps: AlertSourceDeps): readonly AlertSource[] {
  const { policy, ledger, facts, gate } = deps;
  const recentCalls: AlertSource = {
    kinds: ['error_rate', 'latency', 'cache_hit_rate'],
    everyMs: 10_000,
    standing(now) {
      if (policy.errorRates === null && policy.latencyP95Ms === null && policy.cacheHitRate === null) return [];
      const [recent, day] = [facts().recentCalls(now - RECENT_MS), startOfDay(now)];
      return [
        ...(policy.errorRates ? errorRateAlerts(recent, policy.errorRates, day) : []),
        ...latencyAlerts(recent, policy.latencyP95Ms, day),
        ...cacheAlerts(recent, policy.cacheHitRate, day),
      ];
    },
  };
  return [
    {
      kinds: ['budget', 'throttle'],
      everyMs: 0,
      standing(now, open) {
        const statuses = ledger.budgets();
        return [...budgetAlerts(statuses), ...gate.look(statuses, open, now)];
      },
    },
    {
      kinds: ['unknown_price', 'price_drift'],
      everyMs: 2_000,
      standing(now) {
        const [models, day] = [facts().modelsOn(dayOf(now)), startOfDay(now)];
        const hasPrice = (provider: string, model: string) =>
          [...deps.catalogue.deployments, ...deps.catalogue.embedders.deployments].some(
            (one) => one.provider === provider && one.model === model && one.price !== null,
          );
        return [...unknownPriceAlerts(models, hasPrice, day), ...priceDriftAlerts(models, policy.priceDrift, day)];
      },
    },
    recentCalls,
    spikes(deps),
    {
      kinds: ['free_quota'],
      everyMs: 2_000,
      standing: () => quotaAlerts(quotaStates(deps)),
    },
    {
      kinds: ['hosting_cost'],
      everyMs: 60_000,
      standing(now) {
        const { start } = windowAt('month', now);
        return hostingAlerts(deps.fixedCosts(start, now + 1), policy.hostingMonthly, start);
      },
    },
  ];
}

/** What an hour usually costs is reckoned once an hour. */
function spikes({ policy, facts }: AlertSourceDeps): AlertSource {
  let usual: { readonly hour: number; readonly costs: readonly NanoUsd[] } | null = null;
  return {
    kinds: ['spend_spike'],
    everyMs: 10_000,
    standing(now) {
      const hour = hourOf(now);
      if (usual?.hour !== hour)
        usual = {
          hour,
          costs: [
            ...facts()
              .hours(hour - USUAL_HOURS, hour)
              .values(),
          ],
        };
      const thisHour =
        facts()
          .hours(hour, hour + 1)
          .get(hour) ?? (0 as NanoUsd);
      return spendSpikeAlerts(usual.costs, thisHour, policy.spendSpike, startOfDay(now));
    },
  };
}

/** Every quota once, however many models share it. */
function quotaStates({ catalogue, quotas }: AlertSourceDeps) {
  const left = quotas.left(catalogue.deployments);
  const states = catalogue.deployments.flatMap((deployment) => {
    const [named, rest] = [namedQuota(deployment), left.get(deployment.id)];
    return named && rest ? [[named.id, { ...named, left: rest }] as const] : [];
  });
  return [...new Map(states).values()];
}
