import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { staleModels } from '../../src/cli/doctor/check-providers.ts';
import { checkNode } from '../../src/cli/doctor/check-system.ts';
import type { Config, ProviderConfig } from '../../src/config/config.ts';
import { FareboxError } from '../../src/domain/errors.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { createFakeEngine, fakeDeployment } from '../support/fake-engine.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { runFarebox } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const provider: ProviderConfig = {
  name: 'acme',
  kind: 'openai-compatible',
  baseUrl: 'https://api.acme.test/v1',
  apiKey: 'canary-secret-value',
  headers: {},
  local: false,
  regions: [],
  enabled: true,
  hint: 'set ACME_API_KEY',
  timeouts: { connect: 1, firstToken: 1, idle: 1, total: 1 },
};

/** A farebox with this configuration and engine, its database in a temporary folder. */
function farebox(config: Partial<Config> = {}, engine: Partial<Engine> = {}) {
  const base = createFakeEngine();
  const home = config.home ?? tempFolder();
  const whole: Config = {
    ...base.config,
    home,
    databasePath: join(home, 'farebox.db'),
    providers: [provider],
    ...config,
  };
  return { home, loadConfig: async () => whole, openEngine: async () => ({ ...base, config: whole, ...engine }) };
}

async function findings(argv: readonly string[], deps: Parameters<typeof runFarebox>[1]) {
  const { code, stdout } = await runFarebox(['doctor', '--json', ...argv], deps);
  return {
    code,
    ...(JSON.parse(stdout) as { ok: boolean; findings: { level: string; message: string; remedy: string | null }[] }),
  };
}

describe('doctor', () => {
  it('shows what is set, where it came from, and what is not applied', async () => {
    const deps = farebox({
      home: '/home/someone/.farebox',
      databasePath: '/home/someone/.farebox/farebox.db',
      file: '/home/someone/.farebox/config.json',
      notApplied: [
        { path: 'optimization.batching', reason: 'farebox does not batch requests yet.' },
        { path: 'metadata', reason: 'for people who read the file' },
      ],
      provenance: [
        { path: 'providers.acme.apiKey', value: 'canary-secret-value', source: 'environment', origin: 'ACME_API_KEY' },
        { path: 'routing.strict', value: true, source: 'file', origin: '/home/someone/.farebox/config.json' },
        { path: 'policy.sandbox', value: 'auto', source: 'default', origin: 'default' },
        { path: 'metadata.tags', value: [], source: 'profile', origin: 'balanced' },
        { path: 'optimization.batching', value: {}, source: 'file', origin: '/home/someone/.farebox/config.json' },
      ],
    });
    const run = await runFarebox(['doctor'], deps);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatchInlineSnapshot(`
      "system
        ok    Node 20.20.2
      configuration
        ok    /home/someone/.farebox/config.json; profile balanced
      database
        ok    /home/someone/.farebox/farebox.db does not exist yet; it is made with the first call
        ok    the ledger answers
      providers
        ok    acme has a key, https://api.acme.test/v1
      models
        ok    1 model can be called, 1 with a price
      budgets
        ok    1 budget, all within limits

      effective configuration, without 2 values of defaults and profile (--verbose)
      value                  is    from
      providers.acme.apiKey  •••   environment ACME_API_KEY
      routing.strict         true  file /home/someone/.farebox/config.json
      optimization.batching  {}    file /home/someone/.farebox/config.json

      accepted, but not applied, without 1 field of the profile (--verbose)
        optimization.batching
          farebox does not batch requests yet.

      Everything is in order.
      "
    `);
    expect((await runFarebox(['doctor', '--verbose'], deps)).stdout).toMatch(/policy\.sandbox\s+auto\s+default\n/);
    expect((await runFarebox(['doctor', '--verbose'], deps)).stdout).toContain('  metadata\n    for people who');
  });

  it('lists nothing as not applied where only the profile sets it', async () => {
    const notApplied = [{ path: 'metadata', reason: 'for people who read the file' }];
    const provenance = [{ path: 'metadata.tags', value: [], source: 'profile', origin: 'balanced' } as const];
    const { stdout } = await runFarebox(['doctor'], farebox({ notApplied, provenance }));
    expect(stdout).toContain(
      'accepted, but not applied, without 1 field of the profile (--verbose)\n  nothing that you have set\n',
    );
    expect(stdout).not.toContain('metadata');
  });

  it('gives every finding that is not ok a remedy', async () => {
    const deps = farebox(
      {
        providers: [{ ...provider, enabled: false, apiKey: null }],
        warnings: ['MAX_MONTHLY_BUDGET and MONTHLY_BUDGET differ.'],
      },
      { notices: ['The database was damaged.'], ledger: { ...createFakeEngine().ledger, budgets: () => [] } },
    );
    const { code, findings: all } = await findings([], deps);
    const troubles = all.filter(({ level }) => level !== 'ok');
    expect(code).toBe(0);
    expect(troubles.map(({ message }) => message)).toEqual([
      'MAX_MONTHLY_BUDGET and MONTHLY_BUDGET differ.',
      'No provider is usable: the sandbox answers, and its answers are simulated.',
      'The database was damaged.',
      'No budget limits what is spent.',
    ]);
    expect(troubles.every(({ remedy }) => remedy !== null && remedy.length > 10)).toBe(true);
  });

  it('still works, and explains, where the configuration is invalid', async () => {
    const error = new FareboxError('invalid_config', '/x/config.json has 2 problems:\n  1:2: one\n  3:4: two\n', {
      remedy: 'Mend what is listed.',
    });
    const run = await runFarebox(['doctor'], { home: tempFolder(), loadConfig: () => Promise.reject(error) });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      'error /x/config.json has 2 problems:\n        1:2: one\n        3:4: two\n        → Mend what is listed.',
    );
    expect(run.stdout).toContain('farebox.db does not exist yet');
  });

  it('still works, and explains, where the database is broken, newer or locked away', async () => {
    const broken = farebox();
    writeFileSync(join(broken.home, 'farebox.db'), 'this is not a database, whatever its name says. '.repeat(100));
    const failure = new FareboxError('storage_unavailable', 'The file is not a database.', {
      remedy: 'Move it aside.',
    });
    const { code, findings: all } = await findings([], { ...broken, openEngine: () => Promise.reject(failure) });
    expect(code).toBe(1);
    expect(all.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('farebox.db cannot be read') }),
      expect.objectContaining({ message: 'The file is not a database.', remedy: 'Move it aside.' }),
    ]);

    const newer = farebox();
    const database = await openTestDatabase({ path: join(newer.home, 'farebox.db') });
    expect((await findings([], newer)).findings).toContainEqual(
      expect.objectContaining({ level: 'ok', message: expect.stringMatching(/farebox\.db, \d+ kB, schema \d+$/) }),
    );
    database.sqlite.pragma('user_version = 999');
    expect((await findings([], newer)).findings).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('written by a newer farebox') }),
    );
  });

  it.skipIf(process.getuid?.() === 0)('sees that nothing can be written', async () => {
    const readOnly = farebox();
    chmodSync(readOnly.home, 0o500);
    const { findings: all } = await findings([], readOnly);
    chmodSync(readOnly.home, 0o700);
    expect(all).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('cannot be made') }),
    );
  });

  it('asks providers only when told to, and names models that they no longer list (CFG-09)', async () => {
    const asked: string[] = [];
    const listModels = async ({ name }: ProviderConfig) => {
      asked.push(name);
      return ['small-2', 'other'];
    };
    await findings([], { ...farebox(), listModels });
    expect(asked).toEqual([]);
    const { code, findings: all } = await findings(['--online'], { ...farebox(), listModels });
    expect([asked, code]).toEqual([['acme'], 0]);
    expect(
      all.filter(({ message }) => message.includes('acme ')).map(({ message, remedy }) => [message, remedy]),
    ).toEqual([
      ['acme has a key, https://api.acme.test/v1', null],
      ['acme answers and lists 2 models', null],
      [
        'acme does not list small-1 any more: it may have been renamed or withdrawn.',
        `The nearest that it lists is small-2: set it as the model's upstream name, or under "aliases".`,
      ],
    ]);
  });

  it('asks once with each key of a provider, since each may be refused on its own', async () => {
    const keyed = { ...provider, apiKeys: ['canary-secret-value', 'canary-second-value'] };
    const listModels = async ({ apiKey }: ProviderConfig) => {
      if (apiKey === 'canary-second-value') throw new Error('401: no');
      return ['small-1'];
    };
    const { findings: all } = await findings(['--online'], { ...farebox({ providers: [keyed] }), listModels });
    expect(all.map(({ message }) => message).filter((message) => message.startsWith('acme'))).toEqual([
      'acme has 2 keys, https://api.acme.test/v1',
      'acme (key 1) answers and lists 1 model',
      'acme (key 2) does not answer as it should: 401: no',
    ]);
  });

  it('says why a provider does not answer, without its key (SEC-01)', async () => {
    const listModels = () => Promise.reject(new Error('401: wrong key canary-secret-value'));
    const run = await runFarebox(['doctor', '--online'], { ...farebox(), listModels });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('acme does not answer as it should: 401: wrong key •••');
    expect(run.stdout).toContain('→ Check the key');
  });

  it('looks for Ollama on this machine, unless it is not to', async () => {
    const ollama: ProviderConfig = {
      ...provider,
      name: 'ollama',
      kind: 'ollama',
      enabled: false,
      apiKey: null,
      local: true,
    };
    const policy = { ...createFakeEngine().config.policy, discoverOllama: true };
    const messages = async (listModels: () => Promise<readonly string[]>) =>
      (await findings([], { ...farebox({ providers: [provider, ollama], policy }), listModels })).findings.map(
        ({ message }) => message,
      );
    expect(await messages(async () => ['qwen'])).toContain('Ollama runs on this machine with 1 model: qwen');
    expect(await messages(() => Promise.reject(new Error('refused')))).toContain(
      'Ollama does not run on this machine (it is not needed)',
    );
  });

  it('finds models of unknown price, and hosted ones that claim to be free', async () => {
    const free = fakeDeployment.price && {
      ...fakeDeployment.price,
      rates: { ...fakeDeployment.price.rates, input: 0, output: 0 },
    };
    const { catalogue } = createFakeEngine();
    const deployments = [
      { ...fakeDeployment, price: null },
      { ...fakeDeployment, id: 'acme/free' as never, price: free },
    ];
    const { findings: all } = await findings([], farebox({}, { catalogue: { ...catalogue, deployments } }));
    expect(all.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      'No price is known for acme/small-1: what they cost is shown as unknown.',
      'acme/free cost nothing, although they run elsewhere.',
    ]);
  });
});

describe('doctor on prices', () => {
  it('names a price that is far off the price list', async () => {
    const { catalogue } = createFakeEngine();
    const priced = fakeDeployment.price && {
      ...fakeDeployment.price,
      rates: { ...fakeDeployment.price.rates, input: 250_000_000_000, output: 10_000_000_000 },
    };
    const gpt = {
      ...fakeDeployment,
      id: 'openai/gpt-4o' as never,
      provider: 'openai',
      upstreamModel: 'gpt-4o',
      price: priced,
    };
    const { findings: all } = await findings([], farebox({}, { catalogue: { ...catalogue, deployments: [gpt] } }));
    expect(all.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      'openai/gpt-4o: input is priced $250 per million tokens, the price list says $2.5.',
    ]);
  });
});

describe('the parts of doctor', () => {
  it('know which Node is too old', () => {
    expect(['18.20.0', '20.18.0', '20.18.1', '20.19.0', '22.0.0', '26.1.0'].map((v) => checkNode(v).level)).toEqual([
      'error',
      'error',
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
  });

  it('take no offence at ids with a prefix, nor at a provider that lists nothing', () => {
    expect(staleModels([fakeDeployment], ['models/small-1'])).toEqual([]);
    expect(staleModels([fakeDeployment], [])).toEqual([]);
  });
});
