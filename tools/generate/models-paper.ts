import { BUILTIN_COMMANDS } from '../../src/config/builtin-commands.ts';
import { BUILTIN_PROVIDERS } from '../../src/config/builtin-providers.ts';
import { providerVariable } from '../../src/config/environment-layers.ts';
import { loadModelFiles } from '../../src/config/load-model-files.ts';
import type { ModelSpec } from '../../src/domain/model-spec.ts';
import { nano, toUsdString } from '../../src/domain/money.ts';
import { code, paper, table } from './markdown.ts';

const INTRO = `The providers that farebox knows, and the models that it knows of each without being told: the files in \`configs/models/\`.
Beside them there are the models of the profiles' slots ([profiles.md](profiles.md)), those that a running Ollama has pulled, and those of your own
\`catalogue\` ([configuration.md](configuration.md)). Any other model of an enabled provider can be named as \`provider/model\`.

Prices that are not given here come from the price list that is installed with farebox; \`farebox models\` shows the ones in force. Quality is
farebox's own judgement from 0 to 100: it orders models for routing and is no benchmark result. An empty cell means that it is not known.`;

/** `docs/models.md`: built-in providers and the shipped catalogue. */
export function modelsPaper(configsDir: string): string {
  const models = loadModelFiles(configsDir);
  const providers = [...Object.keys(BUILTIN_PROVIDERS), ...Object.keys(BUILTIN_COMMANDS)];
  return paper('Providers and models', INTRO, [
    `## Providers\n\nWhat each dialect carries is in [dialects.md](dialects.md).\n\n${table(
      ['provider', 'dialect', 'base URL', 'enabled by', 'first token within'],
      Object.entries(BUILTIN_PROVIDERS).map(([name, { kind, baseUrl, needsKey, timeouts }]) => [
        code(name),
        code(kind),
        code(baseUrl),
        needsKey ? code(providerVariable(name, 'API_KEY')) : 'running on this machine',
        `${timeouts.firstToken / 1000} s`,
      ]),
    )}`,
    `Command-line agents, which are off until they are enabled by name ([command-line-models.md](command-line-models.md)):\n\n${table(
      ['provider', 'runs', 'context assumed'],
      Object.entries(BUILTIN_COMMANDS).map(([name, { command, capabilities }]) => [
        code(name),
        code(command.join(' ')),
        capabilities.contextWindow?.toLocaleString('en-US') ?? '',
      ]),
    )}`,
    ...providers.map((provider) =>
      section(
        provider,
        models.filter((model) => model.provider === provider),
      ),
    ),
  ]);
}

function section(provider: string, models: readonly ModelSpec[]): string {
  const head = ['model', 'asked for as', '$ in', '$ out', 'context', 'can', 'quality', 'good at'];
  const rows = models.map((model) => [
    code(model.model),
    model.upstreamModel === undefined ? 'the same' : code(model.upstreamModel),
    rate(model.price?.rates.input),
    rate(model.price?.rates.output),
    model.capabilities?.contextWindow?.toLocaleString('en-US') ?? '',
    abilities(model),
    model.quality === undefined || model.quality === null ? '' : String(model.quality),
    (model.specialization ?? []).join(', '),
  ]);
  return `## ${provider}\n\n${table(head, rows)}`;
}

function rate(nanoPerMillion: number | undefined): string {
  return nanoPerMillion === undefined ? '' : toUsdString(nano(nanoPerMillion));
}

function abilities({ capabilities }: ModelSpec): string {
  const { toolCalling, jsonMode, multimodal } = capabilities ?? {};
  return [toolCalling && 'tools', jsonMode && 'JSON', multimodal && 'images'].filter(Boolean).join(', ');
}
