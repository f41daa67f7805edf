import type { Deployment } from '../../domain/deployment.ts';
import { isFree } from '../../domain/price.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { foldKeys } from '../../pipeline/fold-keys.ts';
import { budgetTroubles } from '../budget-table.ts';
import { plural } from '../format.ts';
import { toFareboxError } from '../print-error.ts';
import { type Finding, failed, ok, warn } from './finding.ts';

/** What only a running farebox can tell: notices of its start, the store, prices, health and budgets. */
export function checkEngine(engine: Engine): readonly Finding[] {
  return [
    ...engine.notices.map((notice) => warn('database', notice, 'Nothing needs to be done, unless it comes back.')),
    checkReady(engine),
    ...checkPrices(engine),
    ...checkHealth(engine),
    ...checkBudgets(engine),
    ...checkAlerts(engine),
  ];
}

/** Each model at a provider once, however many keys there are. */
function offeredBy({ catalogue, health }: Engine): readonly Deployment[] {
  return foldKeys(catalogue.deployments, health()).map(({ deployment }) => deployment);
}

function checkReady(engine: Engine): Finding {
  try {
    engine.ready();
    return ok('database', 'the ledger answers');
  } catch (error) {
    const { message, remedy } = toFareboxError(error);
    return failed('database', message, remedy ?? 'See whether another program holds the file.');
  }
}

function checkPrices(engine: Engine): readonly Finding[] {
  const deployments = offeredBy(engine);
  const unknown = deployments.filter((deployment) => deployment.price === null);
  const free = deployments.filter(
    ({ price, local, simulated }) => price !== null && !local && !simulated && !price.fixed && isFree(price),
  );
  const known = deployments.length - unknown.length;
  return [
    ok('models', `${plural(deployments.length, 'model')} can be called, ${known} with a price`),
    ...(unknown.length > 0
      ? [
          warn(
            'models',
            `No price is known for ${sample(unknown.map(({ id }) => id))}: what they cost is shown as unknown.`,
            'Give their price in the configuration; under a budget they are refused unless policy.unpricedCallCeilingUsd is set.',
          ),
        ]
      : []),
    ...(free.length > 0
      ? [
          warn(
            'models',
            `${sample(free.map(({ id }) => id))} cost nothing, although they run elsewhere.`,
            'Check that they are free indeed; else give their price in the configuration.',
          ),
        ]
      : []),
  ];
}

/** Prices of profile and configuration that are far off the price list: one of the two must be wrong. */
export async function checkListPrices(engine: Engine, now: number): Promise<readonly Finding[]> {
  const { loadGenaiPriceBook } = await import('../../catalogue/genai-price-book.ts');
  const { comparePrices } = await import('../../catalogue/compare-prices.ts');
  return comparePrices(offeredBy(engine), await loadGenaiPriceBook(now)).map(({ message }) =>
    warn(
      'models',
      `${message}.`,
      'Ours is the one that is used: check it against the provider, and mend it if it is wrong.',
    ),
  );
}

function checkHealth(engine: Engine): readonly Finding[] {
  return [...engine.health()].flatMap(([deployment, health]) =>
    health.state === 'unhealthy'
      ? [warn('models', `${deployment} is left out for now: ${health.reason}`, 'It is tried again by itself.')]
      : [],
  );
}

function checkBudgets({ ledger }: Engine): readonly Finding[] {
  const statuses = ledger.budgets();
  const troubles = budgetTroubles(statuses);
  const remedy = 'See farebox budget; raise the limit in the configuration if it is too low.';
  if (troubles.length > 0) return troubles.map((trouble) => warn('budgets', trouble, remedy));
  if (statuses.length > 0) return [ok('budgets', `${plural(statuses.length, 'budget')}, all within limits`)];
  return [
    warn('budgets', 'No budget limits what is spent.', 'Set MAX_MONTHLY_BUDGET, or "budgets" in the configuration.'),
  ];
}

/** Those of budgets are told above; and what webhooks cannot be told. */
function checkAlerts({ alerts, config }: Engine): readonly Finding[] {
  const remedy = 'See farebox alerts.';
  const unsigned = config.policy.alerts.webhooks.filter(({ secret }) => secret === null).length;
  return [
    ...alerts
      .standing()
      .filter(({ kind }) => kind !== 'budget')
      .map(({ message }) => warn('alerts', message, remedy)),
    ...alerts
      .waiting()
      .filter(({ waiting }) => waiting > 0)
      .map(({ host, waiting }) =>
        warn(
          'alerts',
          `${plural(waiting, 'alert')} could not be delivered to the webhook at ${host} yet.`,
          'Try it with farebox alerts --test.',
        ),
      ),
    ...(unsigned > 0
      ? [
          warn(
            'alerts',
            `${plural(unsigned, 'webhook')} without a secret: its receiver cannot tell who sends.`,
            'Set policy.alerts.webhooks[].secret where the receiver can check it.',
          ),
        ]
      : []),
  ];
}

function sample(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
