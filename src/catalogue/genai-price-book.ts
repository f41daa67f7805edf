import { toPrice } from './genai-prices-to-price.ts';
import type { ListedModel, PriceBook } from './price-book.ts';

/** Our providers as the list names them; a provider that is not here has no prices in it. */
const LIST_PROVIDERS: Readonly<Record<string, string>> = {
  openrouter: 'openrouter',
  groq: 'groq',
  cerebras: 'cerebras',
  deepseek: 'deepseek',
  gemini: 'google',
  openai: 'openai',
  anthropic: 'anthropic',
};

/** No tokens at all: the list is asked for the model and its rates, never for a sum. */
const NO_USAGE = { input_tokens: 0, output_tokens: 0 };

/**
 * The price list of @pydantic/genai-prices, which works offline. It is loaded on the first call (nearly a megabyte),
 * and each model is converted to integers once. `now`: epoch ms as of which prices are taken.
 */
export async function loadGenaiPriceBook(now: number): Promise<PriceBook> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  const cache = new Map<string, ListedModel | null>();
  const timestamp = new Date(now);
  const lookUp = (model: string, providerId: string | undefined): ListedModel | null => {
    const key = `${providerId ?? ''}\n${model}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const options = providerId === undefined ? { timestamp } : { providerId, timestamp };
    const isKnown = providerId !== undefined || findProvider({ modelId: model }) !== undefined;
    const found = isKnown ? calcPrice(NO_USAGE, model, options) : null;
    // A provider that falls back to another one's prices must not lend them: they are not what it charges.
    const own = found?.provider.models.includes(found.model) ? found.model : null;
    const listed = own && { price: toPrice(own, now), contextWindow: own.context_window ?? null };
    cache.set(key, listed);
    return listed;
  };
  return {
    find: (provider, upstreamModel) => {
      const id = Object.hasOwn(LIST_PROVIDERS, provider) ? LIST_PROVIDERS[provider] : undefined;
      return id === undefined ? null : lookUp(upstreamModel, id);
    },
    findByModel: (model) => lookUp(model, undefined),
  };
}
