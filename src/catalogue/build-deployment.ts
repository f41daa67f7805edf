import { type Capabilities, type Deployment, type FreeQuota, toDeploymentId } from '../domain/deployment.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import type { Price } from '../domain/price.ts';
import type { PriceBook } from './price-book.ts';

/** What the catalogue needs to know of a provider. */
export interface CatalogueProvider {
  readonly name: string;
  readonly enabled: boolean;
  /** How to enable it. */
  readonly hint: string;
  readonly local: boolean;
  readonly regions: readonly string[];
  /** Labels of its keys where it has several: each offers its models once more. */
  readonly keys?: readonly string[];
  /** Given away for all its models together. */
  readonly freeQuota?: FreeQuota;
  /** Assumed of its models where nothing better is known. */
  readonly capabilities?: Partial<Capabilities>;
  /** Of its models where nothing says otherwise. */
  readonly price?: Price;
}

/**
 * What is assumed of a hosted model of which nothing is known: what nearly every model of 2026 can, in a context that
 * nearly every one has. A request that asks for more must name the model's capabilities in the configuration.
 */
const HOSTED_DEFAULTS: Capabilities = {
  toolCalling: true,
  jsonMode: true,
  streaming: true,
  multimodal: false,
  contextWindow: 32_768,
  maxOutputTokens: null,
};

/**
 * A local model has as much context as its machine has memory for, and many servers cut a longer prompt without a word:
 * 4,096 tokens is what Ollama gives unless told otherwise. So no more is assumed until somebody says so.
 */
const LOCAL_DEFAULTS: Capabilities = { ...HOSTED_DEFAULTS, contextWindow: 4_096 };

const LOCAL_PRICE: Price = {
  rates: { input: 0, output: 0, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
  tiers: [],
  perRequest: 0 as Price['perRequest'],
  source: 'local',
  asOf: null,
};

/** What a provider told of its own models, by their upstream name; empty where it told nothing. */
export type Observed = (upstreamModel: string) => Partial<Capabilities>;

/**
 * One deployment from everything said of it, the most authoritative spec first: what one leaves out is taken from the
 * next, then from the price list, then from the provider's defaults and what it told of the model itself. `specs` has at least one element.
 */
export function buildDeployment(
  specs: readonly [ModelSpec, ...ModelSpec[]],
  provider: CatalogueProvider,
  priceBook: PriceBook,
  observed: Observed = () => ({}),
): Deployment {
  const first = <Key extends keyof ModelSpec>(key: Key) => specs.find((spec) => spec[key] !== undefined)?.[key];
  const { model } = specs[0];
  const freeQuota = first('freeQuota') ?? provider.freeQuota;
  const upstreamModel = first('upstreamModel') ?? model;
  const listed = priceBook.find(provider.name, upstreamModel);
  const capabilities: Capabilities = Object.assign(
    { ...(provider.local ? LOCAL_DEFAULTS : HOSTED_DEFAULTS), ...observed(upstreamModel), ...provider.capabilities },
    listed?.contextWindow ? { contextWindow: listed.contextWindow } : {},
    ...specs.map((spec) => spec.capabilities).reverse(),
  );
  return {
    id: toDeploymentId(provider.name, model),
    provider: provider.name,
    model,
    upstreamModel,
    price: first('price') ?? provider.price ?? listed?.price ?? (provider.local ? LOCAL_PRICE : null),
    capabilities,
    quality: first('quality') ?? null,
    specialization: first('specialization') ?? [],
    rateLimits: first('rateLimits') ?? null,
    ...(freeQuota && { freeQuota }),
    local: provider.local,
    regions: first('regions') ?? provider.regions,
    simulated: false,
  };
}
