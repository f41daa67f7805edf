import { describe, expect, it } from 'vitest';
import { comparePrices } from '../../src/catalogue/compare-prices.ts';
import { type CatalogueDeps, createCatalogue } from '../../src/catalogue/create-catalogue.ts';
import { loadGenaiPriceBook } from '../../src/catalogue/genai-price-book.ts';
import { emptyPriceBook, type PriceBook } from '../../src/catalogue/price-book.ts';
import { BUILTIN_COMMANDS } from '../../src/config/builtin-commands.ts';
import { slotModels } from '../../src/config/load-config.ts';
import { loadModelFiles } from '../../src/config/load-model-files.ts';
import { FareboxError } from '../../src/domain/errors.ts';
import type { ModelSpec } from '../../src/domain/model-spec.ts';
import { nano } from '../../src/domain/money.ts';
import type { Price } from '../../src/domain/price.ts';
import { configsDir, loadTestConfig } from '../support/load-test-config.ts';

const book = await loadGenaiPriceBook(Date.parse('2026-11-21T00:00:00Z'));
const shipped = loadModelFiles(configsDir);

const price = (input: number, output: number, source: Price['source'] = 'profile'): Price => ({
  rates: { input, output, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
  tiers: [],
  perRequest: nano(0),
  source,
  asOf: null,
});

const provider = (name: string, more: Partial<CatalogueDeps['providers'][number]> = {}) => ({
  name,
  enabled: true,
  hint: `set ${name.toUpperCase()}_API_KEY`,
  local: false,
  regions: [],
  ...more,
});

function make(more: Partial<CatalogueDeps>, specs: Partial<CatalogueDeps['specs']> = {}) {
  return createCatalogue({
    providers: [provider('openrouter'), provider('groq')],
    specs: { profiles: [], user: [], shipped: [], ...specs },
    priceBook: emptyPriceBook,
    sandbox: false,
    baselineModel: 'claude-3.5-sonnet',
    ...more,
  });
}

function failure(run: () => unknown): FareboxError {
  try {
    run();
  } catch (error) {
    if (error instanceof FareboxError) return error;
  }
  throw new Error('nothing was thrown');
}

describe('the catalogue', () => {
  it('fills what a spec leaves out from the next one: profile, configuration, catalogue file, price list, defaults', () => {
    const at = (more: Partial<ModelSpec>): ModelSpec => ({ provider: 'groq', model: 'm', ...more });
    const list: PriceBook = {
      find: (name, model) =>
        name === 'groq' && model === 'up' ? { price: price(7, 7, 'genai-prices'), contextWindow: 500 } : null,
      findByModel: () => null,
    };
    const [deployment] = make(
      { priceBook: list, providers: [provider('groq', { regions: ['us'] })] },
      {
        profiles: [at({ quality: 90, capabilities: { jsonMode: false } })],
        user: [at({ quality: 10, capabilities: { jsonMode: true, multimodal: true } })],
        shipped: [at({ upstreamModel: 'up', specialization: ['x'], capabilities: { multimodal: false } })],
      },
    ).deployments;
    expect(deployment).toEqual({
      id: 'groq/m',
      provider: 'groq',
      model: 'm',
      upstreamModel: 'up',
      price: price(7, 7, 'genai-prices'),
      capabilities: {
        toolCalling: true,
        jsonMode: false,
        streaming: true,
        multimodal: true,
        contextWindow: 500,
        maxOutputTokens: null,
      },
      quality: 90,
      specialization: ['x'],
      rateLimits: null,
      local: false,
      regions: ['us'],
      simulated: false,
    });
  });

  it('offers each model once for each key of its provider, all meant by one name', () => {
    const specs = { user: [{ provider: 'groq', model: 'm', upstreamModel: 'up' }] };
    const ids = (deployments: readonly { readonly id: string }[]) => deployments.map(({ id }) => id);
    const two = make({ providers: [provider('groq', { keys: ['1', '2'] })] }, specs);
    expect(two.deployments.map(({ id, key }) => [id, key])).toEqual([
      ['groq#1/m', '1'],
      ['groq#2/m', '2'],
    ]);
    for (const name of ['m', 'groq/m', 'up']) expect(ids(two.resolve(name))).toEqual(['groq#1/m', 'groq#2/m']);
    expect(ids(two.resolve('groq#2/m'))).toEqual(['groq#2/m']);
    expect(ids(two.resolve('groq/unheard-of'))).toEqual(['groq#1/unheard-of', 'groq#2/unheard-of']);
    const one = make({ providers: [provider('groq', { keys: ['1'] })] }, specs);
    expect(ids(one.deployments)).toEqual(['groq/m']);
    const sandbox = make({ providers: [provider('groq', { keys: ['1', '2'] })], sandbox: true }, specs);
    expect(ids(sandbox.resolve('m'))).toEqual(['sandbox/m']);
  });

  it('lists profile slots first, then the user’s models, the shipped ones, and discovered ones', () => {
    const of = (name: string, model: string): ModelSpec => ({ provider: name, model });
    const catalogue = make(
      {
        providers: [provider('groq'), provider('ollama', { local: true })],
        discovered: [{ provider: 'ollama', models: ['new:7b'] }],
      },
      {
        profiles: [of('groq', 'slot')],
        user: [of('groq', 'mine')],
        shipped: [of('groq', 'shipped'), of('groq', 'slot')],
      },
    );
    expect(catalogue.deployments.map(({ id }) => id)).toEqual([
      'groq/slot',
      'groq/mine',
      'groq/shipped',
      'ollama/new:7b',
    ]);
  });

  it('says what would enable each model that cannot be called', () => {
    const catalogue = make(
      { providers: [provider('groq', { enabled: false })] },
      {
        profiles: [
          { provider: 'groq', model: 'a' },
          { provider: 'nowhere', model: 'b' },
        ],
      },
    );
    expect(catalogue.deployments).toEqual([]);
    expect(catalogue.unavailable).toEqual([
      { provider: 'groq', model: 'a', reason: 'set GROQ_API_KEY' },
      { provider: 'nowhere', model: 'b', reason: 'add "nowhere" to providers in the configuration' },
    ]);
    expect(failure(() => catalogue.resolve('a')).remedy).toBe('To enable it, groq: set GROQ_API_KEY.');
  });

  it('offers exactly the models that Ollama has, local and free, and names the line that fetches others', () => {
    const catalogue = make(
      {
        providers: [provider('ollama', { local: true, capabilities: { contextWindow: 16_384 } })],
        discovered: [{ provider: 'ollama', models: ['qwen3:8b', 'mistral:latest'] }],
      },
      { shipped: shipped.filter((spec) => spec.provider === 'ollama') },
    );
    expect(
      catalogue.deployments.map(({ id, local, quality, price: p, capabilities }) => [
        id,
        local,
        quality,
        p?.source,
        capabilities.contextWindow,
      ]),
    ).toEqual([
      ['ollama/qwen/qwen3-8b', true, 82, 'local', 16_384],
      ['ollama/mistral', true, null, 'local', 16_384],
    ]);
    expect(catalogue.unavailable).toContainEqual({
      provider: 'ollama',
      model: 'openai/gpt-oss-20b',
      reason: 'run: ollama pull gpt-oss:20b',
    });
    expect(catalogue.resolve('qwen3:8b').map(({ id }) => id)).toEqual(['ollama/qwen/qwen3-8b']);
  });

  it('finds deployments by id, model, upstream name, and takes provider/anything at its word', () => {
    const catalogue = make(
      {},
      {
        profiles: [
          { provider: 'openrouter', model: 'meta/x' },
          { provider: 'groq', model: 'meta/x', upstreamModel: 'x-fast' },
        ],
      },
    );
    const ids = (name: string) => catalogue.resolve(name).map(({ id }) => id);
    expect(ids('groq/meta/x')).toEqual(['groq/meta/x']);
    expect(ids('meta/x')).toEqual(['openrouter/meta/x', 'groq/meta/x']);
    expect(ids('Meta/X')).toEqual(['openrouter/meta/x', 'groq/meta/x']);
    expect(ids('x-fast')).toEqual(['groq/meta/x']);
    expect(ids('groq/x-fast')).toEqual(['groq/meta/x']);
    const [custom] = catalogue.resolve('groq/brand/new');
    expect(custom).toMatchObject({ id: 'groq/brand/new', upstreamModel: 'brand/new', price: null, quality: null });
  });

  it('finds a model by the last part of its name where only one ends so', () => {
    const profiles = ['openai/small-3', 'maker/twin', 'other/twin'].map((model) => ({ provider: 'openrouter', model }));
    const catalogue = make({}, { profiles });
    expect(catalogue.resolve('small-3').map(({ id }) => id)).toEqual(['openrouter/openai/small-3']);
    expect(failure(() => catalogue.resolve('twin')).code).toBe('unknown_model');
    expect(failure(() => catalogue.resolve('mall-3')).code).toBe('unknown_model');
  });

  it('names the nearest model for one that does not exist', () => {
    const catalogue = make({}, { profiles: [{ provider: 'groq', model: 'llama-3.3-70b' }] });
    const error = failure(() => catalogue.resolve('lama-3.3-70b'));
    expect([error.code, error.message]).toEqual(['unknown_model', 'There is no model "lama-3.3-70b".']);
    expect(error.remedy).toMatch(/Did you mean "llama-3\.3-70b"\?/);
    for (const name of ['', '/', 'groq/', 'nobody/x', 'x'.repeat(10_000)]) {
      expect(failure(() => catalogue.resolve(name)).message.length).toBeLessThan(200);
    }
  });

  it('prices the baseline from the catalogue, else from the list, else not at all', () => {
    const catalogue = make(
      { priceBook: book },
      { profiles: [{ provider: 'groq', model: 'mine', price: price(1, 2) }] },
    );
    expect(catalogue.baseline('mine').price).toEqual(price(1, 2));
    expect(catalogue.baseline('claude-3.5-sonnet').price?.rates).toMatchObject({ input: 3e9, output: 15e9 });
    expect(catalogue.baseline('anthropic/claude-3.5-sonnet').price?.rates.input).toBe(3e9);
    expect(catalogue.baseline('nobody-knows')).toEqual({ model: 'nobody-knows', price: null });
  });

  it('lets the sandbox play every known model and the baseline, marked as simulated, at their prices', () => {
    const config = loadTestConfig();
    const catalogue = createCatalogue({
      providers: config.providers,
      specs: { profiles: slotModels(config), user: [], shipped },
      priceBook: book,
      sandbox: true,
      baselineModel: 'claude-3.5-sonnet',
    });
    expect(catalogue.deployments.every((d) => d.simulated && d.provider === 'sandbox')).toBe(true);
    const models = catalogue.deployments.map(({ model }) => model);
    expect(new Set(models).size).toBe(models.length);
    const slots = [...config.profiles.values()].flatMap(({ models: of }) =>
      Object.values(of).map(({ model }) => model),
    );
    expect(models).toEqual(expect.arrayContaining([...slots, 'claude-3.5-sonnet', 'local-small']));
    expect(catalogue.deployments.filter(({ local }) => local).map(({ id }) => id)).toEqual(['sandbox/local-small']);
    const [deepseek] = catalogue.resolve('openrouter/deepseek/deepseek-chat');
    expect(deepseek).toMatchObject({ id: 'sandbox/deepseek/deepseek-chat', upstreamModel: 'deepseek/deepseek-chat' });
    expect(deepseek?.price?.rates).toMatchObject({ input: 150_000_000, output: 150_000_000 });
    expect(catalogue.resolve('claude-3.5-sonnet')[0]?.price?.rates.input).toBe(3e9);
  });

  it('finds prices that are more than ten times off the list', () => {
    const name = 'meta-llama/llama-3.3-70b-instruct';
    const at = (input: number, output: number) =>
      make({ priceBook: book }, { profiles: [{ provider: 'openrouter', model: name, price: price(input, output) }] })
        .deployments;
    expect(comparePrices(at(100_000_000, 400_000_000), book)).toEqual([]);
    expect(comparePrices(at(100, 400_000_000), book)).toEqual([
      expect.objectContaining({
        deployment: `openrouter/${name}`,
        bucket: 'input',
        own: 100,
        listed: 50_000_000,
        factor: 500_000,
      }),
    ]);
    expect(comparePrices(at(0, 400_000_000), book)[0]?.factor).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the shipped catalogue', () => {
  it('has a price for every hosted model: in the list, or of its own where the list has none', () => {
    const hosted = shipped.filter(
      (spec) => spec.provider !== 'ollama' && !Object.hasOwn(BUILTIN_COMMANDS, spec.provider),
    );
    expect(hosted.length).toBeGreaterThanOrEqual(30);
    const listed = (spec: (typeof hosted)[number]) => book.find(spec.provider, spec.upstreamModel ?? spec.model)?.price;
    expect(hosted.filter((spec) => spec.price && listed(spec))).toEqual([]);
    const unpriced = hosted.filter((spec) => !spec.price && !listed(spec));
    expect(unpriced.map(({ provider: name, model }) => `${name}/${model}`)).toEqual([]);
  });

  it('scores a model the same wherever it is served, on the scale of the profiles', () => {
    const config = loadTestConfig();
    const scores = new Map<string, Set<number | undefined>>();
    for (const { model, quality } of [...slotModels(config), ...shipped]) {
      scores.set(model, (scores.get(model) ?? new Set()).add(quality));
    }
    expect([...scores].filter(([, values]) => values.size > 1)).toEqual([]);
    const writers = shipped.filter(({ capabilities }) => !capabilities?.embeddings);
    expect(writers.every(({ quality }) => quality !== undefined && quality >= 50 && quality <= 100)).toBe(true);
  });

  it('names no model twice at a provider', () => {
    const names = shipped.map(({ provider: name, model }) => `${name}/${model}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('prices the profiles within ten times of the list (CST-17)', () => {
    const config = loadTestConfig({ env: { OPENROUTER_API_KEY: 'k' } });
    const catalogue = createCatalogue({
      providers: config.providers,
      specs: { profiles: slotModels(config), user: [], shipped },
      priceBook: book,
      sandbox: false,
      baselineModel: config.policy.baselineModel,
    });
    expect(comparePrices(catalogue.deployments, book)).toEqual([]);
  });
});
