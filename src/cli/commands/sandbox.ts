import type { Command } from 'commander';
import { type CliContext, printJson, type RunCommand } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { parseSpeed, readNamedFile, wholeNumber } from '../option-values.ts';
import { type Fact, renderFacts } from '../table.ts';
import { toPortError, untilInterrupted } from '../until-interrupted.ts';

interface SandboxOptions {
  readonly port: number;
  readonly script?: string;
  readonly speed: number;
}

export function addSandboxCommand(program: Command, run: RunCommand): void {
  program
    .command('sandbox')
    .description('simulated upstreams with scripted faults, until Ctrl-C')
    .option('--port <n>', 'port to listen on; 0 takes a free one', wholeNumber('a port', 0, 65_535), 4142)
    .option('--script <file>', 'JSON file of faults to play')
    .option('--speed <factor>', '1 as fast as the real models, 10 ten times as fast, 0 at once', parseSpeed, 1)
    .action((options: SandboxOptions) => run((context) => sandbox(context, options)));
}

async function sandbox(context: CliContext, options: SandboxOptions): Promise<ExitCode> {
  const { deps, stdout } = context;
  const { port, speed } = options;
  const script =
    options.script === undefined
      ? null
      : { file: options.script, text: await readNamedFile(options.script, 'sandbox script') };
  const service = await deps
    .startSandbox({ port, script, speed })
    .catch((error: unknown) => Promise.reject(toPortError(error, port)));
  const baseUrl = `${service.url}/v1`;
  try {
    if (context.json)
      await printJson(context, { url: service.url, base_url: baseUrl, script: script?.file ?? null, speed });
    else {
      const facts: readonly Fact[] = [
        ['base URL', baseUrl],
        ['key', 'any; it is not checked'],
        ['script', script?.file ?? 'none: nothing fails'],
        ['speed', speed === 0 ? 'at once' : `${speed} × the real models'`],
        ['farebox', `OPENROUTER_BASE_URL=${baseUrl} OPENROUTER_API_KEY=sandbox farebox ask "hello"`, 'verbatim'],
        ['others', `OPENAI_BASE_URL=${baseUrl} OPENAI_API_KEY=sandbox your-program`, 'verbatim'],
        ['try it', `curl ${baseUrl}/models`, 'verbatim'],
        ['stop', 'Ctrl-C'],
      ];
      await stdout.line(stdout.colours.yellow('sandbox: simulated models; every answer is made up and costs nothing'));
      await stdout.line(renderFacts(facts, stdout));
    }
  } catch (error) {
    await service.close();
    throw error;
  }
  await untilInterrupted(deps, service);
  return EXIT.done;
}
