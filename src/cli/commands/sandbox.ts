import type { Command } from 'commander';
import { type CliContext, printJson, type RunCommand } from '../context.ts';
import type { SandboxScenario, Service } from '../deps.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { parseSpeed, readNamedFile, wholeNumber } from '../option-values.ts';
import { type Fact, renderFacts } from '../table.ts';
import { toPortError, untilInterrupted } from '../until-interrupted.ts';

interface SandboxOptions {
  readonly port: number;
  readonly script?: string;
  readonly list?: boolean;
  readonly speed: number;
}

export function addSandboxCommand(program: Command, run: RunCommand): void {
  program
    .command('sandbox')
    .description('simulated upstreams with scripted faults, until Ctrl-C')
    .option('--port <n>', 'port to listen on; 0 takes a free one', wholeNumber('a port', 0, 65_535), 4142)
    .option('--script <name>', 'faults to play: a scenario of --list, or a JSON file')
    .option('--list', 'print the scenarios and end; with --script its JSON, to begin your own with')
    .option('--speed <factor>', '1 as fast as the real models, 10 ten times as fast, 0 at once', parseSpeed, 1)
    .action((options: SandboxOptions) => run((context) => sandbox(context, options)));
}

async function sandbox(context: CliContext, options: SandboxOptions): Promise<ExitCode> {
  const { deps } = context;
  const { port, speed } = options;
  if (options.list) return list(context, options.script);
  const script = options.script === undefined ? null : await readScript(context, options.script);
  const service = await deps
    .startSandbox({ port, script, speed })
    .catch((error: unknown) => Promise.reject(toPortError(error, port)));
  await untilInterrupted(deps, service, () => announce(context, options, service));
  return EXIT.done;
}

/** A scenario by its name or number; else a file. */
async function readScript(
  { deps }: CliContext,
  name: string,
): Promise<{ readonly file: string; readonly text: string }> {
  const scenario = named(await deps.sandboxScenarios(), name);
  return { file: name, text: scenario?.text ?? (await readNamedFile(name, 'sandbox script')) };
}

function named(scenarios: readonly SandboxScenario[], name: string): SandboxScenario | undefined {
  const wanted = name.toLowerCase();
  return scenarios.find(
    (each) => each.name === wanted || (/^s\d\d$/.test(wanted) && each.name.startsWith(`${wanted}-`)),
  );
}

async function list(context: CliContext, name: string | undefined): Promise<ExitCode> {
  const { deps, stdout } = context;
  const scenarios = await deps.sandboxScenarios();
  if (name !== undefined) {
    await stdout.line((await readScript(context, name)).text);
    return EXIT.done;
  }
  if (context.json) await printJson(context, { scenarios: scenarios.map(({ name, title }) => ({ name, title })) });
  else
    await stdout.line(
      renderFacts(
        scenarios.map(({ name, title }): Fact => [name, title]),
        stdout,
      ),
    );
  return EXIT.done;
}

async function announce(context: CliContext, { speed, script }: SandboxOptions, { url }: Service): Promise<void> {
  const { stdout } = context;
  const baseUrl = `${url}/v1`;
  if (context.json) return printJson(context, { url, base_url: baseUrl, script: script ?? null, speed });
  const facts: readonly Fact[] = [
    ['base URL', baseUrl],
    ['key', 'any; it is not checked'],
    ['script', script ?? 'none: nothing fails'],
    ['speed', speed === 0 ? 'at once' : `${speed} × the real models`],
    [
      'farebox',
      `FAREBOX_HOME=/tmp/farebox-sandbox OPENROUTER_BASE_URL=${baseUrl} OPENROUTER_API_KEY=sandbox farebox ask "hello"`,
      'verbatim',
    ],
    ['others', `OPENAI_BASE_URL=${baseUrl} OPENAI_API_KEY=sandbox your-program`, 'verbatim'],
    ['try it', `curl ${baseUrl}/models`, 'verbatim'],
    ['stop', 'Ctrl-C'],
  ];
  await stdout.line(stdout.colours.yellow('sandbox: simulated models; every answer is made up and costs nothing'));
  await stdout.line(renderFacts(facts, stdout));
}
