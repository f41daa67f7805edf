import type { Capabilities, Deployment } from '../domain/deployment.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import type { Baseline } from '../domain/plan.ts';
import { buildDeployment, type CatalogueProvider, type Observed } from './build-deployment.ts';
import type { Catalogue, Embedders } from './catalogue.ts';
import type { PriceBook } from './price-book.ts';
import { replicateByKey } from './replicate-by-key.ts';
import { createResolver } from './resolve-deployments.ts';
import { sandboxDeployments } from './sandbox-deployments.ts';

export interface CatalogueDeps {
  readonly providers: readonly CatalogueProvider[];
  readonly specs: {
    /** Slots of the profiles, those of the default profile first. */
    readonly profiles: readonly ModelSpec[];
    /** The user's `catalogue`. */
    readonly user: readonly ModelSpec[];
    /** `configs/models/*.json`. */
    readonly shipped: readonly ModelSpec[];
  };
  /** Models that providers said they have (upstream names); such a provider offers these only. */
  readonly discovered?: readonly {
    readonly provider: string;
    readonly models: readonly string[];
    /** What they told of them, by upstream name. */
    readonly capabilities?: ReadonlyMap<string, Partial<Capabilities>>;
  }[];
  readonly priceBook: PriceBook;
  /** Offer simulated models, and nothing else. */
  readonly sandbox: boolean;
  readonly baselineModel: string;
}

type Entry = { readonly provider: string; readonly model: string; readonly specs: [ModelSpec, ...ModelSpec[]] };

/** Builds the catalogue: collects what is said of each model at each provider, and prices it. */
export function createCatalogue(deps: CatalogueDeps): Catalogue {
  const providers = new Map(deps.providers.map((provider) => [provider.name, provider]));
  const discovered = new Map(deps.discovered?.map(({ provider, models }) => [provider, models]));
  const observed = observations(deps);
  const known: { readonly deployment: Deployment; readonly reason: string | null }[] = [];
  const unavailable: { provider: string; model: string; reason: string }[] = [];
  for (const entry of collectEntries(deps, discovered)) {
    const provider = providers.get(entry.provider);
    if (!provider) {
      unavailable.push({ ...named(entry), reason: `add "${entry.provider}" to providers in the configuration` });
      continue;
    }
    const deployment = buildDeployment(entry.specs, provider, deps.priceBook, observed(provider.name));
    const reason = whyUnavailable(deployment, provider, discovered.get(provider.name));
    known.push({ deployment, reason });
    if (reason !== null && !deps.sandbox) unavailable.push({ ...named(entry), reason });
  }
  const baseline = (model: string): Baseline => findBaseline(model, known, deps.priceBook);
  const offered = known.flatMap(({ deployment, reason }) => (reason === null ? perKey(deployment, providers) : []));
  const all = deps.sandbox
    ? sandboxDeployments([...known.map(({ deployment }) => deployment), ...baselineDeployment(deps, known)])
    : offered;
  const missing = deps.sandbox ? [] : unavailable;
  /** Those that write, or those that make vectors; what nobody mentions is taken for what is asked for. */
  const kindOf = (embeddings: boolean): Embedders => {
    const deployments = all.filter(({ capabilities }) => (capabilities.embeddings ?? false) === embeddings);
    const others = all.filter((deployment) => !deployments.includes(deployment));
    const adHoc = (providerName: string, model: string): readonly Deployment[] => {
      const provider = providers.get(providerName);
      if (!provider) return [];
      // The sandbox plays every provider, so a name that says one still finds its model.
      if (deps.sandbox) return deployments.filter((deployment) => deployment.model === model);
      if (!provider.enabled) return [];
      const spec: ModelSpec = { provider: providerName, model, ...(embeddings && { capabilities: { embeddings } }) };
      return replicateByKey(buildDeployment([spec], provider, deps.priceBook, observed(providerName)), provider);
    };
    return { deployments, resolve: createResolver({ deployments, others, unavailable: missing, adHoc, embeddings }) };
  };
  return { ...kindOf(false), embedders: kindOf(true), unavailable: missing, baseline };
}

/** What each provider told of its models; nothing where it told nothing. */
function observations({ discovered = [] }: CatalogueDeps): (provider: string) => Observed {
  return (provider) => {
    const told = discovered.find((each) => each.provider === provider)?.capabilities;
    return (upstreamModel) => [...(told ?? [])].find(([model]) => isSameUpstream(model, upstreamModel))?.[1] ?? {};
  };
}

function perKey(deployment: Deployment, providers: ReadonlyMap<string, CatalogueProvider>): readonly Deployment[] {
  const provider = providers.get(deployment.provider);
  return provider ? replicateByKey(deployment, provider) : [deployment];
}

function named({ provider, model }: Entry): { provider: string; model: string } {
  return { provider, model };
}

/** What is said of each model at each provider, in the catalogue's order, the most authoritative word first. */
function collectEntries(deps: CatalogueDeps, discovered: ReadonlyMap<string, readonly string[]>): readonly Entry[] {
  const entries = new Map<string, Entry>();
  const add = (spec: ModelSpec) => {
    const key = `${spec.provider}\n${spec.model}`;
    const entry = entries.get(key);
    if (entry) entry.specs.push(spec);
    else entries.set(key, { provider: spec.provider, model: spec.model, specs: [spec] });
  };
  for (const spec of [...deps.specs.profiles, ...deps.specs.user, ...deps.specs.shipped]) add(spec);
  for (const [provider, models] of discovered) {
    const named = [...entries.values()].filter((entry) => entry.provider === provider);
    for (const model of models) {
      const isNamed = named.some((entry) => isSameUpstream(upstreamOf(entry), model));
      if (!isNamed) add({ provider, model: withoutLatest(model), upstreamModel: model });
    }
  }
  return [...entries.values()];
}

function upstreamOf({ specs, model }: Entry): string {
  return specs.find((spec) => spec.upstreamModel !== undefined)?.upstreamModel ?? model;
}

/** Ollama writes the default tag out: `mistral` and `mistral:latest` are the same model. */
function withoutLatest(model: string): string {
  return model.replace(/:latest$/, '');
}

function isSameUpstream(a: string, b: string): boolean {
  return withoutLatest(a) === withoutLatest(b);
}

function whyUnavailable(
  deployment: Deployment,
  provider: CatalogueProvider,
  discovered: readonly string[] | undefined,
): string | null {
  if (!provider.enabled) return provider.hint;
  if (!discovered || discovered.some((model) => isSameUpstream(model, deployment.upstreamModel))) return null;
  return provider.name === 'ollama'
    ? `run: ollama pull ${deployment.upstreamModel}`
    : `${provider.name} does not list ${deployment.upstreamModel}`;
}

/** Price of a model for comparison: as a known deployment has it, else as the price list has it at the model's maker. */
function findBaseline(
  model: string,
  known: readonly { readonly deployment: Deployment }[],
  priceBook: PriceBook,
): Baseline {
  const named = known.find(({ deployment: d }) => d.price !== null && (d.id === model || d.model === model));
  if (named) return { model, price: named.deployment.price };
  const slash = model.indexOf('/');
  const listed =
    (slash > 0 ? priceBook.find(model.slice(0, slash), model.slice(slash + 1)) : null) ??
    priceBook.findByModel(model) ??
    (slash > 0 ? priceBook.findByModel(model.slice(slash + 1)) : null);
  return { model, price: listed?.price ?? null };
}

/** The baseline as a model of its own, where no file knows it: so that the sandbox can play it. */
function baselineDeployment(
  deps: CatalogueDeps,
  known: readonly { readonly deployment: Deployment }[],
): readonly Deployment[] {
  const model = deps.baselineModel;
  if (known.some(({ deployment }) => deployment.model === model)) return [];
  const { price } = findBaseline(model, known, deps.priceBook);
  const nobody: CatalogueProvider = { name: 'sandbox', enabled: true, hint: '', local: false, regions: [] };
  return [buildDeployment([{ provider: 'sandbox', model, ...(price && { price }) }], nobody, deps.priceBook)];
}
