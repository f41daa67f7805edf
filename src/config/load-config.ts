import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ModelSpec } from '../domain/model-spec.ts';
import { fromUsd } from '../domain/money.ts';
import { listNotApplied } from './applied-fields.ts';
import { chooseLayers } from './choose-layers.ts';
import { type Config, type Policy, type Profile, SLOTS } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { environmentLayers } from './environment-layers.ts';
import { type LayerSources, loadProfileLayers } from './load-layers.ts';
import { type ConfigArguments, locateConfig } from './locate-config.ts';
import { type Layer, mergeLayers } from './merge-layers.ts';
import { describeProvenance } from './provenance.ts';
import { invalidFile, type ReadFile, readFileIfAny } from './read-config-file.ts';
import { resolveAlerts, resolveRestraint, webhookProblems, webhookSecrets } from './resolve-alerts.ts';
import { resolveBudgets } from './resolve-budgets.ts';
import { resolveChecks } from './resolve-checks.ts';
import { resolveModel } from './resolve-model.ts';
import { resolveProfile } from './resolve-profile.ts';
import { keysOf, resolveProviders } from './resolve-providers.ts';
import type { RawConfig } from './schema/config-file.ts';
import { listShippedProfiles } from './shipped-profiles.ts';
import type { Environment } from './substitute-variables.ts';

export interface LoadConfigInput {
  readonly env: Environment;
  readonly args?: ConfigArguments;
  /** Folder of the shipped configuration (`configs/`). */
  readonly configsDir: string;
  readonly cwd: string;
  /** Default: the user's home folder. */
  readonly userHome?: string;
  readonly readFile?: ReadFile;
}

const DEFAULT_BASELINE = 'claude-3.5-sonnet';
const DEFAULTS_LAYER: Layer = { source: 'default', origin: 'default', raw: DEFAULTS };
/**
 * Command line, environment, file, profile and defaults → one readonly value (precedence in this order). Reads files,
 * writes none. Throws `invalid_config` that lists everything wrong with the file or variable at fault.
 */
export function loadConfig(input: LoadConfigInput): Config {
  const readFile = input.readFile ?? readFileIfAny;
  const folders = { cwd: input.cwd, userHome: input.userHome ?? homedir() };
  const found = locateConfig(input.args ?? {}, input.env, folders, readFile);
  const sources: LayerSources = { env: input.env, readFile, shipped: listShippedProfiles(input.configsDir) };

  const chosen = chooseLayers(found, sources);
  const environment = environmentLayers(input.env, providerNames(chosen.layers));
  const merged = mergeLayers([DEFAULTS_LAYER, ...chosen.layers, ...environment.layers]);
  const profile = resolveProfile(chosen.name, merged, found.file ?? `configs/${chosen.name}.json`);
  const { providers, problems: providerProblems } = resolveProviders(merged, {
    file: found.file,
    cwd: input.cwd,
    environment: input.env,
  });
  const budgets = resolveBudgets(merged, profile);
  const policy = resolvePolicy(merged.raw);
  const profiles = loadProfiles(profile, sources);

  const origin = found.file ?? 'The configuration';
  const problems = [
    ...environment.problems,
    ...providerProblems,
    ...budgets.problems,
    ...aliasProblems(merged.raw.aliases ?? {}, [...profiles.keys()]),
    ...webhookProblems(policy.alerts),
  ];
  if (problems.length > 0) throw invalidFile(origin, problems, 'Mend what is listed.');

  const secrets = [...new Set([...chosen.secrets, ...providers.flatMap(keysOf), ...webhookSecrets(policy.alerts)])];
  return {
    home: found.home,
    databasePath: join(found.home, 'farebox.db'),
    file: found.file,
    profiles,
    defaultProfile: profile.name,
    providers,
    models: resolveUserModels(merged.raw),
    aliases: merged.raw.aliases ?? {},
    budgets: budgets.budgets,
    policy,
    checks: resolveChecks(merged.raw, found.file, input.cwd, input.env),
    logLevel: found.logLevel,
    provenance: [...found.values, chosen.provenance, ...describeProvenance(merged, secrets)],
    notApplied: listNotApplied(merged),
    warnings: [...chosen.warnings, ...environment.warnings, ...budgets.warnings],
    secrets,
  };
}

/** The models of every profile's slots, those of the default profile first: what the catalogue begins with. */
export function slotModels(config: Pick<Config, 'profiles' | 'defaultProfile'>): readonly ModelSpec[] {
  const first = config.profiles.get(config.defaultProfile);
  const others = [...config.profiles.values()].filter((profile) => profile !== first);
  return [...(first ? [first] : []), ...others].flatMap((profile) =>
    SLOTS.flatMap((slot) => {
      const model = profile.models[slot];
      return model ? [model] : [];
    }),
  );
}

/** The shipped profiles as they are, and the default one as files and environment made it. */
function loadProfiles(own: Profile, sources: LayerSources): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>([[own.name, own]]);
  for (const [name, file] of sources.shipped) {
    if (profiles.has(name)) continue;
    const { layers } = loadProfileLayers(name, sources, 'configs/');
    profiles.set(name, resolveProfile(name, mergeLayers([DEFAULTS_LAYER, ...layers]), file));
  }
  return profiles;
}

function providerNames(layers: readonly Layer[]): readonly string[] {
  return layers.flatMap((layer) => Object.keys(layer.raw.providers ?? {}));
}

function resolveUserModels(raw: RawConfig): readonly ModelSpec[] {
  return (raw.catalogue ?? []).map((model) => resolveModel(model, 'config'));
}

function resolvePolicy(raw: RawConfig): Policy {
  const policy = raw.policy ?? {};
  const ceiling = policy.unpricedCallCeilingUsd;
  return {
    unknownModels: policy.unknown_models ?? 'auto',
    unpricedCallCeiling: ceiling === undefined ? null : fromUsd(ceiling),
    deadlineMs: policy.deadlineMs ?? 600_000,
    timeZone: policy.timeZone ?? 'UTC',
    retention: { rows: policy.retention?.rows ?? null, decisions: policy.retention?.decisions ?? null },
    storeBodies: policy.storeBodies ?? false,
    embeddingModel: policy.embeddingModel ?? null,
    baselineModel: policy.baselineModel ?? raw.monitoring?.qualityAssurance?.baselineModel ?? DEFAULT_BASELINE,
    sandbox: policy.sandbox ?? 'auto',
    discoverOllama: policy.discoverOllama ?? true,
    allowInsecureHttp: policy.allowInsecureHttp ?? false,
    promptCacheAffinity: policy.promptCacheAffinity ?? true,
    hedge: resolveHedge(raw),
    toolEmulation: policy.toolEmulation ?? 'auto',
    ...resolveRestraint(raw),
    alerts: resolveAlerts(raw),
    threads: {
      maxAgeDays: policy.threads?.maxAgeDays ?? 30,
      maxBytes: (policy.threads?.maxMegabytes ?? 256) * 1024 * 1024,
    },
    verify: { maxAttempts: policy.verify?.maxAttempts ?? 4 },
  };
}

function aliasProblems(aliases: Readonly<Record<string, string>>, profiles: readonly string[]): readonly string[] {
  return Object.entries(aliases).flatMap(([alias, target]) => {
    if (alias === 'auto' || profiles.includes(alias)) return [`aliases: "${alias}" already means something else`];
    if (Object.hasOwn(aliases, target)) return [`aliases: "${alias}" points to "${target}", which is an alias itself`];
    return [];
  });
}

function resolveHedge({ policy }: RawConfig): Policy['hedge'] {
  if (!policy?.hedge) return null;
  const { afterMs = null, percentile = null, maxExtraCostUsd } = policy.hedge;
  return { afterMs, percentile, maxExtraCost: maxExtraCostUsd === undefined ? null : fromUsd(maxExtraCostUsd) };
}
