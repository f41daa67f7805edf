import { BUILTIN_COMMANDS, COMMAND_CAPABILITIES, COMMAND_TIMEOUTS, findBuiltinCommand } from './builtin-commands.ts';
import { BUILTIN_PROVIDERS, DEFAULT_TIMEOUTS } from './builtin-providers.ts';
import type { ProviderConfig, Timeouts } from './config.ts';
import { refuseEndpoint } from './endpoint-guard.ts';
import { providerVariable } from './environment-layers.ts';
import { formatPath } from './field-path.ts';
import type { MergedConfig } from './merge-layers.ts';
import {
  type CommandSurroundings,
  commandPrice,
  commandProblems,
  isNested,
  resolveCommandLine,
} from './resolve-command-line.ts';
import { resolveFreeQuota } from './resolve-model.ts';
import type { RawConfig } from './schema/config-file.ts';
import { withoutUndefined } from './without-undefined.ts';

type RawProvider = NonNullable<RawConfig['providers']>[string];

/** Every provider, built-in and configured, usable or not. Problems are sentences that name the field. */
export function resolveProviders(
  merged: MergedConfig,
  surroundings: CommandSurroundings,
): {
  readonly providers: readonly ProviderConfig[];
  readonly problems: readonly string[];
} {
  const allowInsecureHttp = merged.raw.policy?.allowInsecureHttp ?? false;
  const providers: ProviderConfig[] = [];
  const problems: string[] = [];
  for (const [name, raw] of Object.entries(merged.raw.providers ?? {})) {
    const provider = resolveProvider(name, raw, merged, surroundings);
    const field = `providers.${name}.baseUrl`;
    const origin = merged.origins.get(field);
    const where = origin?.source === 'environment' ? origin.origin : field;
    const isCommand = provider.kind === 'command-line';
    const refusal = isCommand || origin?.source === 'default' ? null : refuse(provider, allowInsecureHttp);
    if (refusal) problems.push(`${where} ${refusal}`);
    for (const problem of [...headerProblems(provider), ...commandProblems(name, raw, isCommand)])
      problems.push(`providers.${name}.${problem}`);
    if (name === 'sandbox')
      problems.push('providers.sandbox: this name belongs to the built-in sandbox; choose another');
    providers.push(provider);
  }
  return { providers, problems };
}

function refuse(provider: ProviderConfig, allowInsecureHttp: boolean): string | null {
  if (provider.baseUrl === '') return 'is missing; a provider of your own needs one';
  return refuseEndpoint(provider.baseUrl, { local: provider.local, allowInsecureHttp });
}

/** Every key of a provider: none, one or several. */
export function keysOf({ apiKey, apiKeys }: Pick<ProviderConfig, 'apiKey' | 'apiKeys'>): readonly string[] {
  return apiKeys ?? (apiKey === null ? [] : [apiKey]);
}

/** What could not be sent as an HTTP header; values are never told. */
function headerProblems(provider: ProviderConfig): readonly string[] {
  const { headers } = provider;
  const [first, ...others] = keysOf(provider).map((key) => !/^[\x21-\x7e]+$/.test(key));
  const names = Object.keys(headers).filter((name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name));
  const values = Object.entries(headers).filter(([, value]) => !/^[\t\x20-\x7e]*$/.test(value));
  return [
    ...(first ? [`apiKey ${NO_KEY}`] : []),
    ...(others.includes(true) ? [`apiKeys ${NO_KEY}`] : []),
    ...names.map((name) => `headers: ${JSON.stringify(name)} is not a header name`),
    ...values.map(([name]) => `headers.${name} holds line breaks or letters beyond ASCII`),
  ];
}

/** A command: off until it is enabled by name, unless it is the user's own. */
function resolveCommand(name: string, raw: RawProvider, surroundings: CommandSurroundings): ProviderConfig {
  const builtin = findBuiltinCommand(name, raw.tool);
  const isOwn = raw.command !== undefined && !Object.hasOwn(BUILTIN_COMMANDS, name);
  const nested = isNested(surroundings.environment);
  const command = resolveCommandLine(name, raw, surroundings);
  const price = commandPrice(name, raw);
  return {
    name,
    kind: 'command-line',
    baseUrl: '',
    apiKey: null,
    headers: {},
    local: raw.local ?? false,
    regions: raw.region === undefined ? [] : [raw.region].flat(),
    enabled: (raw.enabled ?? (isOwn || raw.tool !== undefined)) && command !== null && !nested,
    hint: nested ? 'not used below a command that farebox itself runs' : `set providers.${name}.enabled to true`,
    timeouts: withOwnFirstToken({ ...COMMAND_TIMEOUTS, ...withoutUndefined(raw.timeouts ?? {}) }, raw),
    ...(raw.freeQuota && { freeQuota: resolveFreeQuota(raw.freeQuota, true) }),
    capabilities: {
      ...(builtin?.capabilities ?? COMMAND_CAPABILITIES),
      ...withoutUndefined(raw.capabilities ?? {}),
    },
    ...(command && { command }),
    ...(price && { price }),
  };
}

function withOwnFirstToken(timeouts: Timeouts, { timeouts: given }: RawProvider): Timeouts {
  return given?.firstToken !== undefined && given.firstTokenAlone === undefined
    ? { ...timeouts, firstTokenAlone: given.firstToken }
    : timeouts;
}

function resolveProvider(
  name: string,
  raw: RawProvider,
  merged: MergedConfig,
  surroundings: CommandSurroundings,
): ProviderConfig {
  if (raw.kind === 'command-line' || (raw.kind === undefined && findBuiltinCommand(name, raw.tool))) {
    return resolveCommand(name, raw, surroundings);
  }
  const builtin = Object.hasOwn(BUILTIN_PROVIDERS, name) ? BUILTIN_PROVIDERS[name] : undefined;
  const kind = kindOf(raw, builtin?.kind);
  const local = raw.local ?? builtin?.local ?? kind === 'ollama';
  const keys = distinct([raw.apiKey ?? '', ...(raw.apiKeys ?? [])]);
  const apiKey = keys[0] ?? null;
  // A provider of the user's own that mentions no key needs none; a key that is mentioned but empty is missing.
  const needsKey = !local && (builtin?.needsKey ?? (raw.apiKey !== undefined || raw.apiKeys !== undefined));
  const known = kind !== 'ollama' || isConfigured(name, merged);
  return {
    name,
    kind,
    baseUrl: normalizeBaseUrl(raw.baseUrl ?? builtin?.baseUrl ?? '', kind),
    apiKey,
    ...(keys.length > 1 && { apiKeys: keys }),
    headers: raw.headers ?? {},
    local,
    regions: raw.region === undefined ? [] : [raw.region].flat(),
    enabled: raw.enabled !== false && known && (apiKey !== null || !needsKey),
    hint: hintFor(name, raw, kind),
    timeouts: resolveTimeouts(name, raw, merged),
    ...(raw.freeQuota && { freeQuota: resolveFreeQuota(raw.freeQuota, true) }),
    ...(raw.capabilities && { capabilities: withoutUndefined(raw.capabilities) }),
  };
}

/** Who sets `firstToken` and says nothing of standing alone means it always. */
function resolveTimeouts(name: string, raw: RawProvider, { origins }: MergedConfig): Timeouts {
  const builtin = Object.hasOwn(BUILTIN_PROVIDERS, name) ? BUILTIN_PROVIDERS[name] : undefined;
  const timeouts: Timeouts = { ...(builtin?.timeouts ?? DEFAULT_TIMEOUTS), ...withoutUndefined(raw.timeouts ?? {}) };
  const isSet = (field: string) =>
    (origins.get(formatPath(['providers', name, 'timeouts', field]))?.source ?? 'default') !== 'default';
  return isSet('firstToken') && !isSet('firstTokenAlone')
    ? { ...timeouts, firstTokenAlone: timeouts.firstToken }
    : timeouts;
}

const NO_KEY = 'holds spaces, line breaks or letters beyond ASCII, which no key has';

/** Without blanks, repetitions and what is empty. */
function distinct(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.map((key) => key.trim()).filter((key) => key !== ''))];
}

/** Somebody said something of this provider; else it is only known by default and must be discovered first. */
function isConfigured(name: string, { origins }: MergedConfig): boolean {
  for (const { path, source } of origins.values()) {
    if (path[0] === 'providers' && path[1] === name && source !== 'default') return true;
  }
  return false;
}

function hintFor(name: string, raw: RawProvider, kind: ProviderConfig['kind']): string {
  if (raw.enabled === false) return `remove "enabled": false from providers.${name}`;
  if (kind === 'ollama') return 'start Ollama on this machine, or set OLLAMA_BASE_URL';
  return `set ${providerVariable(name, 'API_KEY')}`;
}

/**
 * Without a slash at the end. Clients of Anthropic and Gemini write the address without the version, farebox with it:
 * both mean the same. Those of Ollama write it with or without `/api`, farebox without.
 */
function normalizeBaseUrl(url: string, kind: ProviderConfig['kind']): string {
  const trimmed = url.trim().replace(/\/+$/, '');
  if (!URL.canParse(trimmed)) return trimmed;
  const { pathname } = new URL(trimmed);
  switch (kind) {
    case 'anthropic':
      return /\/v\d\w*$/.test(pathname) ? trimmed : `${trimmed}/v1`;
    case 'gemini':
      return pathname === '/' ? `${trimmed}/v1beta` : trimmed;
    case 'ollama':
      return trimmed.replace(/\/api$/, '');
    default:
      return trimmed;
  }
}

/**
 * Who points the built-in Gemini elsewhere and says nothing of a kind means Gemini's own dialect only at an address that
 * looks like Google's; every other one, such as `…/v1beta/openai` or a proxy's `…/v1`, speaks OpenAI's.
 */
function kindOf(raw: RawProvider, builtin: ProviderConfig['kind'] | undefined): ProviderConfig['kind'] {
  const kind = raw.kind ?? builtin ?? 'openai-compatible';
  if (raw.kind !== undefined || kind !== 'gemini' || !URL.canParse(raw.baseUrl ?? '')) return kind;
  const { pathname } = new URL(raw.baseUrl ?? '');
  return /^\/*$|\/v1(beta|alpha)\d*\/*$/.test(pathname) ? kind : 'openai-compatible';
}
