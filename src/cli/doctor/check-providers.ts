import type { Config, ProviderConfig } from '../../config/config.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { withDeadline } from '../../lib/deadline.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { nearest } from '../../lib/nearest.ts';
import type { CliDeps } from '../deps.ts';
import { plural } from '../format.ts';
import { type Finding, failed, ok, warn } from './finding.ts';

type ListModels = CliDeps['listModels'];

const ONLINE_MS = 10_000;
const LOCALHOST_MS = 1500;

/** Which providers can be used, without asking them. */
export function checkKeys({ providers, policy }: Config): readonly Finding[] {
  const enabled = providers.filter((provider) => provider.enabled);
  const findings = enabled.map((provider) => ok('providers', `${provider.name} ${accessOf(provider)}`));
  const disabled = providers.filter((provider) => !provider.enabled && provider.kind !== 'ollama');
  if (disabled.length > 0) {
    const hints = disabled.map(({ name, hint }) => `${name}: ${hint || 'configure it'}`);
    findings.push(ok('providers', `not used: ${hints.join('; ')}`));
  }
  if (enabled.some(({ kind }) => kind !== 'sandbox')) return findings;
  const remedy = `${disabled[0]?.hint ?? 'Configure a provider'}, or start Ollama on this machine.`;
  return policy.sandbox === 'off'
    ? [...findings, failed('providers', 'No provider is usable, and the sandbox is off.', capitalize(remedy))]
    : [
        ...findings,
        warn(
          'providers',
          'No provider is usable: the sandbox answers, and its answers are simulated.',
          capitalize(remedy),
        ),
      ];
}

function accessOf(provider: ProviderConfig): string {
  if (provider.kind === 'sandbox') return 'simulated upstreams';
  if (provider.command)
    return `runs ${provider.command.argv.join(' ')}, at most ${plural(provider.command.maxProcesses, 'process', 'processes')}`;
  const keys = provider.apiKeys?.length ?? 0;
  if (keys > 1) return `has ${keys} keys, ${provider.baseUrl}`;
  return provider.apiKey === null ? `needs no key, ${provider.baseUrl}` : `has a key, ${provider.baseUrl}`;
}

/** Whether Ollama runs on this machine; it is asked even without `--online`, since that leaves the machine for nobody. */
export async function checkOllama(config: Config, listModels: ListModels): Promise<readonly Finding[]> {
  const ollama = config.providers.find((provider) => provider.kind === 'ollama' && !provider.enabled);
  if (!ollama || !config.policy.discoverOllama) return [];
  try {
    const models = await within(LOCALHOST_MS, (signal) => listModels(ollama, signal));
    return [
      models.length > 0
        ? ok(
            'providers',
            `Ollama runs on this machine with ${plural(models.length, 'model')}: ${models.slice(0, 5).join(', ')}`,
          )
        : warn(
            'providers',
            'Ollama runs on this machine, but has no models.',
            'Pull one, for example: ollama pull qwen2.5-coder',
          ),
    ];
  } catch {
    return [ok('providers', 'Ollama does not run on this machine (it is not needed)')];
  }
}

/** Whether each enabled provider answers, and whether it still has the models that we would ask it for (CFG-09). */
export async function checkOnline(
  config: Config,
  deployments: readonly Deployment[],
  listModels: ListModels,
): Promise<readonly Finding[]> {
  const enabled = config.providers.filter(
    (provider) => provider.enabled && provider.kind !== 'sandbox' && provider.kind !== 'command-line',
  );
  const findings = await Promise.all(
    enabled.flatMap(oneByKey).map(async ({ provider, label }) => {
      try {
        const listed = await within(ONLINE_MS, (signal) => listModels(provider, signal));
        const ours = deployments.filter((deployment) => deployment.provider === provider.name);
        return [
          ok('providers', `${label} answers and lists ${plural(listed.length, 'model')}`),
          ...staleModels(ours, listed),
        ];
      } catch (error) {
        const reason = maskSecrets(error instanceof Error ? error.message : String(error), config.secrets);
        return [failed('providers', `${label} does not answer as it should: ${reason}`, remedyFor(provider))];
      }
    }),
  );
  return findings.flat();
}

/** A provider once for each of its keys, since each may be refused on its own. */
function oneByKey(provider: ProviderConfig): readonly { readonly provider: ProviderConfig; readonly label: string }[] {
  const { apiKeys = [], ...rest } = provider;
  if (apiKeys.length < 2) return [{ provider, label: provider.name }];
  return apiKeys.map((apiKey, index) => ({
    provider: { ...rest, apiKey },
    label: `${provider.name} (key ${index + 1})`,
  }));
}

function remedyFor({ baseUrl, apiKey }: ProviderConfig): string {
  return apiKey === null
    ? `Check that it runs at ${baseUrl}.`
    : `Check the key, the account behind it, and that ${baseUrl} can be reached from here.`;
}

/** Models that a provider no longer lists, each with the nearest that it does. */
export function staleModels(deployments: readonly Deployment[], listed: readonly string[]): readonly Finding[] {
  if (listed.length === 0) return [];
  // Some providers prefix their ids ("models/gemini-…") where requests do without.
  const known = new Set(listed.flatMap((id) => [id, id.replace(/^models\//, '')]));
  return deployments
    .filter(({ upstreamModel }) => !known.has(upstreamModel))
    .map(({ provider, upstreamModel }) => {
      const near = nearest(upstreamModel, known);
      return warn(
        'models',
        `${provider} does not list ${upstreamModel} any more: it may have been renamed or withdrawn.`,
        near
          ? `The nearest that it lists is ${near}: set it as the model's upstream name, or under "aliases".`
          : `Choose another model for it in the configuration.`,
      );
    });
}

async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const reason = () => new Error(`no answer within ${ms / 1000} s`);
  const deadline = withDeadline(new AbortController().signal, ms, reason);
  try {
    return await work(deadline.signal);
  } finally {
    deadline.dispose();
  }
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
