import type { Config, ProviderConfig } from '../../config/config.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type Finding, failed, ok } from './finding.ts';

/** Whether the commands that serve as models are there. Each is asked for its version, which uses nothing up. */
export async function checkCommands({ providers, secrets }: Config): Promise<readonly Finding[]> {
  const commands = providers.filter(({ command, enabled }) => enabled && command !== undefined);
  return Promise.all(commands.map((provider) => checkCommand(provider, secrets)));
}

async function checkCommand({ name, command }: ProviderConfig, secrets: readonly string[]): Promise<Finding> {
  if (!command) return ok('providers', name);
  const { inspectCommand } = await import('../../providers/command-line/inspect-command.ts');
  const { version, problem } = await inspectCommand(command, new AbortController().signal);
  if (problem === null) {
    return ok('providers', maskSecrets(`${name} is there${version === null ? '' : `: ${version}`}`, secrets));
  }
  return failed(
    'providers',
    maskSecrets(`${name} cannot be used: ${problem}.`, secrets),
    `Install it, or give its path in providers.${name}.command; or set providers.${name}.enabled to false.`,
  );
}
