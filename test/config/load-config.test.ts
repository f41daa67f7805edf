import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import { loadTestConfig, type TestConfigInput } from '../support/load-test-config.ts';

function failure(input: TestConfigInput): FareboxError {
  try {
    loadTestConfig(input);
  } catch (error) {
    if (error instanceof FareboxError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const sourceOf = (config: ReturnType<typeof loadTestConfig>, path: string) => {
  const found = config.provenance.find((value) => value.path === path);
  return found && [found.value, found.source, found.origin];
};

describe('the configuration', () => {
  it('needs no file: balanced, no provider usable, everything at its default', () => {
    const config = loadTestConfig();
    expect(config.defaultProfile).toBe('balanced');
    expect(config.file).toBeNull();
    expect(config.providers.filter((provider) => provider.enabled)).toEqual([]);
    expect(config.providers.map(({ name }) => name)).toEqual([
      'openrouter',
      'groq',
      'cerebras',
      'deepseek',
      'gemini',
      'openai',
      'anthropic',
      'ollama',
    ]);
    expect(config.budgets).toEqual([
      {
        id: 'all/month',
        scope: { kind: 'all', value: null },
        window: 'month',
        limit: 200_000_000_000,
        thresholds: { warning: 0.75, critical: 0.9 },
      },
    ]);
    expect(config.databasePath).toBe(join(config.home, 'farebox.db'));
  });

  it('loads the example of the documentation', () => {
    const example = `{
      "$schema": "…/farebox.schema.json",
      "extends": "balanced", // a comment
      "providers": { "openrouter": { "baseUrl": "http://127.0.0.1:8080/v1", "apiKey": "\${OPENROUTER_API_KEY}" },
                     "gpu": { "kind": "openai-compatible", "baseUrl": "http://10.0.0.5:8000/v1", "local": true, "region": "eu" } },
      "budgets": [ { "scope": "all", "window": "month", "limitUsd": 200 }, { "scope": "role:qa-lead", "window": "day", "limitUsd": 2 } ],
    }`;
    const config = loadTestConfig({ files: { 'config.json': example }, env: { OPENROUTER_API_KEY: 'sk-or-canary' } });
    const provider = (name: string) => config.providers.find((p) => p.name === name);
    expect(provider('openrouter')).toMatchObject({
      enabled: true,
      apiKey: 'sk-or-canary',
      baseUrl: 'http://127.0.0.1:8080/v1',
      headers: { 'HTTP-Referer': 'http://localhost:4141', 'X-Title': 'farebox' },
    });
    expect(provider('gpu')).toMatchObject({ enabled: true, apiKey: null, local: true, regions: ['eu'] });
    expect(config.budgets.map(({ id, limit }) => [id, limit])).toEqual([
      ['all/month', 200_000_000_000],
      ['role:qa-lead/day', 2_000_000_000],
    ]);
    expect(config.secrets).toEqual(['sk-or-canary']);
    expect(config.defaultProfile).toBe('balanced');
  });

  it('lets the environment win over the file, the file over the profile, the profile over defaults (CFG-04)', () => {
    const file = { extends: 'budget', monitoring: { costTracking: { monthlyBudget: 20 } } };
    const config = loadTestConfig({ files: { 'config.json': file }, env: { ALERT_THRESHOLD: '60' } });
    const origin = config.file;
    expect(sourceOf(config, 'monitoring.costTracking.monthlyBudget')).toEqual([20, 'file', origin]);
    expect(sourceOf(config, 'monitoring.costTracking.alertThresholds.warning')).toEqual([
      0.6,
      'environment',
      'ALERT_THRESHOLD',
    ]);
    expect(sourceOf(config, 'optimization.caching.ttl')).toEqual([3600, 'profile', 'budget']);
    expect(sourceOf(config, 'policy.sandbox')).toEqual(['auto', 'default', 'default']);
    expect(config.budgets[0]).toMatchObject({ limit: 20_000_000_000, thresholds: { warning: 0.6, critical: 0.95 } });
    const louder = loadTestConfig({ env: { FAREBOX_LOG_LEVEL: 'info' }, args: { logLevel: 'debug' } });
    expect(sourceOf(louder, 'logLevel')).toEqual(['debug', 'command line', '--log-level']);
  });

  it('keeps the shipped profiles as they are beside a file that changes its own', () => {
    const file = { extends: 'balanced', optimization: { caching: { ttl: 5 } } };
    const config = loadTestConfig({ files: { 'config.json': file } });
    expect(config.defaultProfile).toBe('custom');
    expect(config.profiles.get('custom')?.caching.ttlSeconds).toBe(5);
    expect(config.profiles.get('balanced')?.caching.ttlSeconds).toBe(7200);
  });

  it('lets DEPLOYMENT_CONFIG choose the base of a file, without losing what the file says (CFG-04)', () => {
    const file = { extends: 'balanced', monitoring: { costTracking: { monthlyBudget: 7 } } };
    const config = loadTestConfig({ files: { 'config.json': file }, env: { DEPLOYMENT_CONFIG: 'premium' } });
    expect(config.profiles.get('custom')?.models.tertiary?.model).toBe('mistralai/mistral-small-3.1');
    expect(config.budgets[0]?.limit).toBe(7_000_000_000);
  });

  it('says so where DEPLOYMENT_CONFIG cannot apply to a profile with models of its own', () => {
    const file = { models: { primary: { provider: 'groq', model: 'openai/gpt-oss-20b' } } };
    const config = loadTestConfig({ files: { 'config.json': file }, env: { DEPLOYMENT_CONFIG: 'premium' } });
    expect(Object.keys(config.profiles.get('custom')?.models ?? {})).toEqual(['primary']);
    expect(config.warnings).toEqual([expect.stringContaining('DEPLOYMENT_CONFIG (premium) has no effect')]);
  });

  it('names the nearest profile for one that does not exist (CFG-04)', () => {
    expect(failure({ env: { DEPLOYMENT_CONFIG: 'premum' } }).explain()).toMatch(
      /DEPLOYMENT_CONFIG names the profile "premum".*Did you mean "premium"\?/,
    );
  });

  it('replaces a model slot as a whole where another model is named, and merges it where it is the same', () => {
    const other = { extends: 'budget', models: { primary: { provider: 'groq', model: 'openai/gpt-oss-20b' } } };
    const changed = loadTestConfig({ files: { 'config.json': other } }).profiles.get('custom')?.models.primary;
    expect(changed).toEqual({ provider: 'groq', model: 'openai/gpt-oss-20b' });
    const primary = { provider: 'openrouter', model: 'deepseek/deepseek-chat', pricing: { input: 1, output: 2 } };
    const same = loadTestConfig({ files: { 'config.json': { extends: 'budget', models: { primary } } } });
    expect(same.profiles.get('custom')?.models.primary).toMatchObject({
      price: { rates: { input: 1_000_000_000, output: 2_000_000_000 }, source: 'config' },
      quality: 88,
    });
  });

  it('extends files relative to the file that says so, and names the chain where they extend each other', () => {
    const files = {
      'config.json': { extends: './team/base.json', aliases: { cheap: 'budget' } },
      'team/base.json': { extends: 'budget', policy: { storeBodies: true } },
    };
    const config = loadTestConfig({ files });
    expect(config.policy.storeBodies).toBe(true);
    expect(config.aliases).toEqual({ cheap: 'budget' });
    expect(config.defaultProfile).toBe('budget');
    const circle = { 'config.json': { extends: './b.json' }, 'b.json': { extends: './config.json' } };
    expect(failure({ files: circle }).message).toMatch(/config\.json → .*b\.json → .*config\.json/);
    expect(failure({ files: { 'config.json': { extends: './gone.json' } } }).message).toMatch(
      /gone\.json does not exist/,
    );
    expect(failure({ files: { 'config.json': { extends: 'balancd' } } }).remedy).toMatch(/Did you mean "balanced"/);
  });

  it('reports every problem of a file at once, with line, path, what was expected and the nearest key (CFG-01)', () => {
    const text = [
      '{',
      '  "routing": { "complexityRoutng": {}, "strategy": "balancd" },',
      '  "monitoring": { "costTracking": { "monthlyBudget": "much" } },',
      '  "models": { "primary": { "provider": "groq" } },',
      '  "budgets": [{ "scope": "everyone", "window": "day", "limitUsd": 1 }]',
      '}',
    ].join('\n');
    const { message, code } = failure({ files: { 'config.json': text } });
    expect(code).toBe('invalid_config');
    expect(message).toMatch(/has 5 problems/);
    expect(message).toMatch(
      /config\.json:2:16: routing\.complexityRoutng is not a known key; did you mean "complexityRouting"\?/,
    );
    expect(message).toMatch(
      /:2:40: routing\.strategy expected one of .*got the text "balancd"; did you mean "balanced"\?/,
    );
    expect(message).toMatch(/:3:37: monitoring\.costTracking\.monthlyBudget expected a number, got the text "much"/);
    const huge = '{ "monitoring": { "costTracking": { "monthlyBudget": 1e400 } } }';
    expect(failure({ files: { 'config.json': huge } }).message).toMatch(
      /monthlyBudget .*got a number that is too large/,
    );
    expect(message).toMatch(/:4:15: models\.primary\.model is missing; expected a text/);
    expect(message).toMatch(/:5:17: budgets\[0\]\.scope expected "all" or one of/);
  });

  it('tells where the syntax is broken and what was expected there', () => {
    expect(failure({ files: { 'config.json': '{\n  "extends": "budget"\n  "name": "x"\n}' } }).message).toMatch(
      /config\.json:3:3: expected a comma/,
    );
    expect(failure({ files: { 'config.json': '' } }).message).toMatch(/config\.json:1:1: .*expected/);
    expect(failure({ files: { 'config.json': '[]' } }).message).toMatch(/expected an object in \{ \}, got a list/);
    expect(failure({ files: { 'config.json': '{ "name": "a", "name": "b" }' } }).message).toMatch(
      /"name" stands here a second time/,
    );
    expect(failure({ files: { 'config.json': '{ "__proto__": {} }' } }).message).toMatch(/"__proto__" is not allowed/);
  });

  it('names a missing variable and never prints a value (CFG-03, SEC-01)', () => {
    const files = { 'config.json': { providers: { x: { baseUrl: 'https://x.test/v1', apiKey: `\${X_KEY}` } } } };
    expect(failure({ files }).message).toMatch(/providers\.x\.apiKey – the environment variable X_KEY is not set/);
    const wrong = { 'config.json': { routing: { strategy: `\${CANARY}` } } };
    const error = failure({ files: wrong, env: { CANARY: 'hunter2-canary' } });
    expect(error.message).toMatch(/got the value of CANARY/);
    expect(JSON.stringify([error.message, error.remedy, error.details])).not.toContain('hunter2');
    const config = loadTestConfig({
      files: {
        'config.json': {
          providers: {
            x: { baseUrl: 'https://x.test/v1', apiKey: 'canary-key-1', headers: { 'X-Auth': 'canary-key-2' } },
          },
        },
      },
      env: { GROQ_API_KEY: 'canary-key-3' },
    });
    expect(JSON.stringify([config.provenance, config.notApplied, config.warnings])).not.toContain('canary-key');
    expect([...config.secrets].sort()).toEqual(['canary-key-1', 'canary-key-2', 'canary-key-3']);
  });

  it('takes keys and base URLs from the environment, and an empty key for none', () => {
    const config = loadTestConfig({
      env: {
        GROQ_API_KEY: ' gsk-1 ',
        OPENAI_API_KEY: '',
        OPENAI_BASE_URL: 'https://proxy.test/v1/',
        OLLAMA_BASE_URL: 'http://localhost:11434',
      },
    });
    const provider = (name: string) => config.providers.find((p) => p.name === name);
    expect(provider('groq')).toMatchObject({ enabled: true, apiKey: 'gsk-1' });
    expect(provider('openai')).toMatchObject({
      enabled: false,
      baseUrl: 'https://proxy.test/v1',
      hint: 'set OPENAI_API_KEY',
    });
    expect(provider('ollama')).toMatchObject({ enabled: true, baseUrl: 'http://localhost:11434' });
    const broken = failure({ env: { GROQ_API_KEY: 'gsk canary' } }).message;
    expect(broken).toMatch(/GROQ_API_KEY holds characters/);
    expect(broken).not.toContain('canary');
  });

  it('takes several keys of a provider, from file and environment, and keeps them secret (SEC-01)', () => {
    const providers = {
      x: { baseUrl: 'https://x.test/v1', apiKeys: [`\${A}`, `\${B:-}`, 'canary-key-c', `\${A}`] },
      groq: { apiKey: 'canary-key-file', apiKeys: ['canary-key-replaced'] },
    };
    const config = loadTestConfig({
      files: { 'config.json': { providers } },
      env: {
        A: 'canary-key-a',
        GROQ_API_KEY_2: 'canary-key-2',
        GROQ_API_KEY_9: ' canary-key-9 ',
        OPENAI_API_KEY_3: 'canary-key-3',
      },
    });
    const keys = (name: string) => {
      const provider = config.providers.find((p) => p.name === name);
      return [provider?.enabled, provider?.apiKey, provider?.apiKeys];
    };
    expect(keys('x')).toEqual([true, 'canary-key-a', ['canary-key-a', 'canary-key-c']]);
    expect(keys('groq')).toEqual([true, 'canary-key-file', ['canary-key-file', 'canary-key-2', 'canary-key-9']]);
    expect(keys('openai')).toEqual([true, 'canary-key-3', undefined]);
    const told = JSON.stringify([config.provenance, config.notApplied, config.warnings]);
    expect(told).toContain('GROQ_API_KEY_2, GROQ_API_KEY_9');
    expect(told).not.toContain('canary-key');
    for (const key of ['a', 'c', 'file', '2', '9', '3']) expect(config.secrets).toContain(`canary-key-${key}`);
    const broken = failure({ env: { GROQ_API_KEY_2: 'gsk canary' } }).message;
    expect(broken).toMatch(/GROQ_API_KEY_2 holds characters/);
    expect(broken).not.toContain('canary');
  });

  it('refuses keys and headers that cannot be sent, without telling them (SEC-01)', () => {
    const x = { baseUrl: 'https://x.test/v1', apiKey: 'canary\u00e9', headers: { 'bad name': 'v', Good: 'canary\n2' } };
    const { message } = failure({ files: { 'config.json': { providers: { x } } } });
    expect(message).toMatch(/x\.apiKey holds.*\n.*"bad name" is not a header name.*\n.*x\.headers\.Good holds/);
    expect(message).not.toContain('canary');
  });

  it('needs no key for a provider that is local, nor for one of the user’s own that mentions none', () => {
    const providers = {
      openai: { baseUrl: 'http://127.0.0.1:1234/v1', local: true },
      mine: { baseUrl: 'https://mine.test/v1' },
      keyed: { baseUrl: 'https://keyed.test/v1', apiKey: `\${KEYED:-}` },
      off: { baseUrl: 'https://off.test/v1', enabled: false },
    };
    const config = loadTestConfig({ files: { 'config.json': { providers } } });
    const enabled = Object.keys(providers).map((name) => config.providers.find((p) => p.name === name)?.enabled);
    expect(enabled).toEqual([true, true, false, false]);
  });

  it('holds the lower of the two budget variables and says so (CFG-04)', () => {
    const config = loadTestConfig({ env: { MAX_MONTHLY_BUDGET: '100', MONTHLY_BUDGET: '200' } });
    expect(config.budgets[0]?.limit).toBe(100_000_000_000);
    expect(config.warnings).toEqual(['MAX_MONTHLY_BUDGET and MONTHLY_BUDGET differ; the lower one, $100, holds.']);
  });

  it.each([
    ['80', 0.8],
    ['80%', 0.8],
    ['.8', 0.8],
    ['1', 1],
    ['100', 1],
  ])('reads ALERT_THRESHOLD=%s as %d of the budget', (text, share) => {
    expect(loadTestConfig({ env: { ALERT_THRESHOLD: text } }).budgets[0]?.thresholds.warning).toBe(share);
  });

  it.each([
    ['ALERT_THRESHOLD', 'often'],
    ['ALERT_THRESHOLD', '180'],
    ['MAX_MONTHLY_BUDGET', '-5'],
    ['MONTHLY_BUDGET', 'plenty'],
    ['ENABLE_COST_TRACKING', 'maybe'],
    ['ENABLE_MONITORING', '2'],
    ['FAREBOX_LOG_LEVEL', 'loud'],
    ['FAREBOX_CONFIG', 'nowhere.json'],
    ['OPENROUTER_BASE_URL', 'http://openrouter.example/v1'],
  ])('refuses a bad %s and names it (CFG-04)', (variable, value) => {
    expect(failure({ env: { [variable]: value } }).message).toContain(variable);
  });

  it('does not enforce the monthly budget where cost tracking is off, and warns', () => {
    const config = loadTestConfig({ env: { ENABLE_COST_TRACKING: 'false' } });
    expect(config.budgets).toEqual([]);
    expect(config.warnings).toEqual([expect.stringContaining('not enforced')]);
  });

  it('lets a budget variable win over the file’s budget for all calls, and the file’s over the profile’s', () => {
    const files = { 'config.json': { budgets: [{ scope: 'all', window: 'month', limitUsd: 9 }] } };
    expect(loadTestConfig({ files }).budgets.map(({ limit }) => limit)).toEqual([9_000_000_000]);
    expect(loadTestConfig({ files, env: { MONTHLY_BUDGET: '30' } }).budgets.map(({ limit }) => limit)).toEqual([
      30_000_000_000,
    ]);
  });

  it('refuses a route to a slot that has no model, aliases of aliases, and doubled budgets', () => {
    const slot = { extends: 'budget', routing: { taskTypeMapping: { coding: 'tertiary' } } };
    expect(failure({ files: { 'config.json': slot } }).message).toMatch(
      /routing\.taskTypeMapping\.coding names the slot "tertiary"/,
    );
    const aliases = { aliases: { a: 'b', b: 'auto', premium: 'a' } };
    expect(failure({ files: { 'config.json': aliases } }).message).toMatch(
      /"a" points to "b".*\n.*"premium" already means/,
    );
    const entry = { scope: 'all', window: 'day', limitUsd: 1 };
    expect(failure({ files: { 'config.json': { budgets: [entry, entry] } } }).message).toMatch(
      /all\/day a second time/,
    );
  });

  it('looks for its file in the home folder only, never in the working folder (SEC-01)', () => {
    expect(loadTestConfig({ files: { 'farebox.json': { aliases: { x: 'auto' } } } }).aliases).toEqual({});
    const config = loadTestConfig({ files: { '.farebox/config.json': { aliases: { x: 'auto' } } } });
    expect(config.aliases).toEqual({ x: 'auto' });
  });

  it('derives the baseline from the policy, then the profile, then the default', () => {
    expect(loadTestConfig({ args: { profile: 'budget' } }).policy.baselineModel).toBe('claude-3.5-sonnet');
    const file = { monitoring: { qualityAssurance: { baselineModel: 'openai/gpt-5' } } };
    expect(loadTestConfig({ files: { 'config.json': file } }).policy.baselineModel).toBe('openai/gpt-5');
    const both = { ...file, policy: { baselineModel: 'x/y', unpricedCallCeilingUsd: 0.25 } };
    expect(loadTestConfig({ files: { 'config.json': both } }).policy).toMatchObject({
      baselineModel: 'x/y',
      unpricedCallCeiling: 250_000_000,
    });
  });
});
