import type { Config, ProviderConfig } from '../config/config.ts';
import { FareboxError } from '../domain/errors.ts';
import type { Price } from '../domain/price.ts';
import { withDeadline } from '../lib/deadline.ts';
import { nearest } from '../lib/nearest.ts';
import type { CliDeps } from './deps.ts';

const PATIENCE_MS = 15_000;

/** What a provider says now that its models cost, by its own ids. Throws `invalid_request`, and what the provider throws. */
export async function fetchProviderPrices(
  { providers }: Config,
  name: string,
  listPrices: CliDeps['listPrices'],
): Promise<ReadonlyMap<string, Price>> {
  const provider = providers.find((each) => each.name === name);
  if (!provider) {
    const near = nearest(
      name,
      providers.map((each) => each.name),
    );
    throw new FareboxError('invalid_request', `There is no provider "${name}".`, {
      remedy: near === undefined ? 'farebox doctor lists the providers.' : `Did you mean "${near}"?`,
    });
  }
  if (!provider.enabled) {
    throw new FareboxError('invalid_request', `Provider ${name} is not enabled.`, {
      remedy: `To enable it: ${provider.hint}.`,
    });
  }
  const prices = await ask(provider, listPrices);
  if (prices.size > 0) return prices;
  throw new FareboxError('invalid_request', `${name} lists its models without prices.`, {
    remedy: 'Leave --provider out to compare with the price list that came with farebox.',
  });
}

async function ask(provider: ProviderConfig, listPrices: CliDeps['listPrices']): Promise<ReadonlyMap<string, Price>> {
  const late = () => new Error(`no answer within ${PATIENCE_MS / 1000} s`);
  const deadline = withDeadline(new AbortController().signal, PATIENCE_MS, late);
  try {
    return await listPrices(provider, deadline.signal);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new FareboxError('not_found', `${provider.name} cannot be asked for its prices: ${why}.`, {
      remedy:
        'It is asked over the network. Leave --provider out to compare with the price list that came with farebox.',
      cause: error,
    });
  } finally {
    deadline.dispose();
  }
}
