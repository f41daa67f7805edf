import { nearest } from '../lib/nearest.ts';
import { BUILTIN_PROVIDERS } from './builtin-providers.ts';
import type { Layer } from './merge-layers.ts';
import type { RawConfig } from './schema/config-file.ts';
import type { Environment } from './substitute-variables.ts';

export interface EnvironmentSettings {
  readonly layers: readonly Layer[];
  /** Sentences that name the variable, never its value where that may be a secret. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** The variable that holds a provider's key or base URL: `openrouter` → `OPENROUTER_API_KEY`. */
export function providerVariable(provider: string, suffix: 'API_KEY' | 'BASE_URL'): string {
  return `${provider.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${suffix}`;
}

/** What the environment sets, as layers above the files: one for each variable, so that its name can be told. */
export function environmentLayers(env: Environment, providers: readonly string[]): EnvironmentSettings {
  const layers: Layer[] = [];
  const problems: string[] = [];
  const warnings: string[] = [];
  const set = (variable: string, raw: RawConfig) => layers.push({ source: 'environment', origin: variable, raw });
  const read = <T>(variable: string, parse: (text: string) => T | string, apply: (value: T) => RawConfig): void => {
    const text = env[variable]?.trim();
    if (!text) return;
    const value = parse(text);
    if (typeof value === 'string') problems.push(`${variable} ${value}`);
    else set(variable, apply(value));
  };

  readBudget(env, set, problems, warnings);
  read('ALERT_THRESHOLD', parseThreshold, (share) => ({
    monitoring: { costTracking: { alertThresholds: { warning: share } } },
  }));
  read('ENABLE_COST_TRACKING', parseSwitch, ({ on }) => ({ monitoring: { costTracking: { enabled: on } } }));
  read('ENABLE_MONITORING', parseSwitch, ({ on }) => ({
    monitoring: { performanceMetrics: { enabled: on }, errorTracking: { enabled: on } },
  }));
  for (const provider of new Set([...Object.keys(BUILTIN_PROVIDERS), ...providers])) {
    read(providerVariable(provider, 'API_KEY'), parseKey, ({ key }) => ({
      providers: { [provider]: { apiKey: key } },
    }));
    readFurtherKeys(provider, env, set, problems);
    read(
      providerVariable(provider, 'BASE_URL'),
      (url) => ({ url }),
      ({ url }) => ({ providers: { [provider]: { baseUrl: url } } }),
    );
  }
  return { layers, problems, warnings };
}

/** `OPENROUTER_API_KEY_2` to `_9`: further keys, which replace those of a file as a list. */
function readFurtherKeys(
  provider: string,
  env: Environment,
  set: (variable: string, raw: RawConfig) => void,
  problems: string[],
): void {
  const keys: string[] = [];
  const variables: string[] = [];
  for (let number = 2; number <= 9; number++) {
    const variable = `${providerVariable(provider, 'API_KEY')}_${number}`;
    const text = env[variable]?.trim();
    if (!text) continue;
    const parsed = parseKey(text);
    if (typeof parsed === 'string') problems.push(`${variable} ${parsed}`);
    else {
      keys.push(parsed.key);
      variables.push(variable);
    }
  }
  if (keys.length > 0) set(variables.join(', '), { providers: { [provider]: { apiKeys: keys } } });
}

/** Both variables set a limit; the lower one holds, since nobody means to be charged more than either says. */
function readBudget(
  env: Environment,
  set: (variable: string, raw: RawConfig) => void,
  problems: string[],
  warnings: string[],
): void {
  const found: { variable: string; usd: number }[] = [];
  for (const variable of ['MAX_MONTHLY_BUDGET', 'MONTHLY_BUDGET']) {
    const text = env[variable]?.trim().replace(/^\$/, '');
    if (!text) continue;
    const usd = Number(text);
    if (!Number.isFinite(usd) || usd < 0 || usd > 9_000_000) {
      problems.push(`${variable} must be an amount of US dollars, such as 200 or 12.50; it is ${JSON.stringify(text)}`);
    } else found.push({ variable, usd });
  }
  const lowest = found.reduce<(typeof found)[number] | undefined>((a, b) => (a && a.usd <= b.usd ? a : b), undefined);
  if (!lowest) return;
  set(lowest.variable, { monitoring: { costTracking: { monthlyBudget: lowest.usd } } });
  const other = found.find(({ usd }) => usd !== lowest.usd);
  if (other) warnings.push(`${lowest.variable} and ${other.variable} differ; the lower one, $${lowest.usd}, holds.`);
}

/** 80, 80% and 0.8 all mean 80 %; 1 means 100 %. Returns a sentence for anything else. */
function parseThreshold(text: string): number | string {
  const value = Number(text.replace(/\s*%$/, ''));
  const share = value > 1 || text.endsWith('%') ? value / 100 : value;
  return Number.isFinite(share) && share > 0 && share <= 1
    ? share
    : `must be a share of the budget, such as 80 or 0.8; it is ${JSON.stringify(text)}`;
}

const ON = ['true', '1', 'yes', 'on'];
const OFF = ['false', '0', 'no', 'off'];

function parseSwitch(text: string): { readonly on: boolean } | string {
  const word = text.toLowerCase();
  if (ON.includes(word)) return { on: true };
  if (OFF.includes(word)) return { on: false };
  const near = nearest(word, [...ON, ...OFF]);
  return `must be true or false; it is ${JSON.stringify(text)}${near ? ` (did you mean "${near}"?)` : ''}`;
}

/** A key goes into an HTTP header, so it must be printable ASCII without spaces. */
function parseKey(key: string): { readonly key: string } | string {
  return /^[\x21-\x7e]+$/.test(key)
    ? { key }
    : 'holds characters that no key has (spaces, line breaks or letters beyond ASCII); copy it again';
}
