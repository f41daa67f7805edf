import { type AppDeps, configsDir } from './app-deps.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { createCatalogue } from './catalogue/create-catalogue.ts';
import { loadGenaiPriceBook } from './catalogue/genai-price-book.ts';
import type { Config, ProviderConfig } from './config/config.ts';
import { slotModels } from './config/load-config.ts';
import { loadModelFiles } from './config/load-model-files.ts';
import { keysOf } from './config/resolve-providers.ts';
import { FareboxError } from './domain/errors.ts';
import { chooseDialect } from './providers/choose-dialect.ts';
import { createCommandLineProvider } from './providers/command-line/command-line-provider.ts';
import { discoverOllama, type OllamaModel } from './providers/discover-ollama.ts';
import { emulateTools } from './providers/emulated-tools/emulate-tools.ts';
import { createHttpProvider } from './providers/http-provider.ts';
import type { Provider } from './providers/provider.ts';

/** Who can be asked, and the models that they offer. */
export interface Upstreams {
  /** With the providers as they were found. */
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly provider: (name: string) => Provider;
  /** The sandbox serves, since nobody else can or since it was asked for. */
  readonly simulated: boolean;
  close(): Promise<void>;
}

/** Real providers where any is enabled or an Ollama runs here; else the sandbox, unless that is switched off. */
export async function openUpstreams(deps: AppDeps, config: Config): Promise<Upstreams> {
  const [ollamas, priceBook] = await Promise.all([findOllamas(config), loadGenaiPriceBook(deps.clock.now())]);
  const providers = config.providers.map((provider) =>
    provider.kind === 'ollama' ? { ...provider, enabled: ollamas.has(provider.name) } : provider,
  );
  const enabled = providers.filter((provider) => provider.enabled);
  const simulated = config.policy.sandbox === 'on' || (config.policy.sandbox === 'auto' && enabled.length === 0);
  const sandbox = simulated ? await startOwnSandbox(deps) : null;
  const serving = sandbox ? [sandbox.provider] : enabled;
  const clients = new Map(serving.map((provider) => [provider.name, emulateTools(openProvider(deps, provider))]));
  const catalogue = createCatalogue({
    providers: providers.map((provider) => ({ ...provider, keys: keyLabels(provider) })),
    specs: { profiles: slotModels(config), user: config.models, shipped: loadModelFiles(configsDir) },
    discovered: [...ollamas].map(([provider, models]) => ({
      provider,
      models: models.map(({ name }) => name),
      capabilities: new Map(models.map(({ name, capabilities }) => [name, capabilities])),
    })),
    priceBook,
    sandbox: simulated,
    baselineModel: config.policy.baselineModel,
  });
  return {
    config: { ...config, providers },
    catalogue,
    simulated,
    provider: (name) => {
      const client = clients.get(name);
      if (client) return client;
      throw new FareboxError('internal', `Provider ${name} was planned but is not open.`);
    },
    close: async () => {
      for (const client of clients.values()) await client.close();
      await sandbox?.close();
    },
  };
}

/** What the keys of a provider are called wherever a key must be told from another. */
function keyLabels(provider: ProviderConfig): readonly string[] {
  return keysOf(provider).map((_, index) => String(index + 1));
}

/** A sandbox for this process alone, on a free port. */
async function startOwnSandbox(deps: AppDeps): Promise<{ provider: ProviderConfig; close(): Promise<void> }> {
  const sandbox = await import('./sandbox/start-sandbox.ts');
  const { url, close } = await sandbox.startSandbox({ clock: deps.clock });
  return { provider: { ...SANDBOX_PROVIDER, baseUrl: url }, close };
}

/** Every Ollama that runs, with its models: those that were configured, and unless switched off the one on this machine. */
async function findOllamas({
  providers,
  policy,
  provenance,
}: Config): Promise<ReadonlyMap<string, readonly OllamaModel[]>> {
  const isSwitchedOff = (name: string) =>
    provenance.some(({ path, value }) => path === `providers.${name}.enabled` && value === false);
  const places = providers.filter(
    ({ kind, name, enabled }) => kind === 'ollama' && (enabled || (policy.discoverOllama && !isSwitchedOff(name))),
  );
  const found = await Promise.all(
    places.map(async ({ name, baseUrl }) => [name, await discoverOllama(baseUrl)] as const),
  );
  return new Map(found.flatMap(([name, models]) => (models === null ? [] : [[name, models] as const])));
}

export function openProvider({ clock, version }: AppDeps, provider: ProviderConfig): Provider {
  const { command } = provider;
  if (command) {
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    return createCommandLineProvider({ ...provider, command, clock, zone });
  }
  return createHttpProvider({ ...provider, clock, version }, chooseDialect(provider));
}

const SANDBOX_PROVIDER: ProviderConfig = {
  name: 'sandbox',
  kind: 'sandbox',
  baseUrl: '',
  apiKey: null,
  headers: {},
  local: true,
  regions: [],
  enabled: true,
  hint: '',
  timeouts: { connect: 5_000, firstToken: 30_000, idle: 30_000, total: 300_000 },
};
