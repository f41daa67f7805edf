import type { Command } from 'commander';
import type { Config } from '../../config/config.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { describeBudget } from '../../pipeline/views/describe-report.ts';
import { shellLine } from '../clients.ts';
import { type CliContext, engineOptions, printJson, type RunCommand } from '../context.ts';
import type { HttpService } from '../deps.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { money } from '../format.ts';
import { wholeNumber } from '../option-values.ts';
import { sandboxNotice } from '../sandbox-warning.ts';
import { type Fact, renderFacts } from '../table.ts';
import { toPortError, untilInterrupted } from '../until-interrupted.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly profile?: string;
}

export function addServeCommand(program: Command, run: RunCommand): void {
  program
    .command('serve')
    .description('serve everything over HTTP until Ctrl-C')
    .option('--host <address>', 'address to listen on; loopback only', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0 takes a free one', wholeNumber('a port', 0, 65_535), 4141)
    .option('--profile <name>', 'profile for requests that name none')
    .action((options: ServeOptions) => run((context) => serve(context, options)));
}

async function serve(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  const { deps } = context;
  const { host, port, profile } = options;
  const service = await deps
    .serveHttp({ ...engineOptions(context, profile), host, port })
    .catch((error: unknown) => Promise.reject(toPortError(error, port)));
  await untilInterrupted(deps, service, () =>
    context.json ? printJson(context, describeService(deps.version, service)) : printService(context, service),
  );
  return EXIT.done;
}

function describeService(version: string, { url, engine }: HttpService) {
  return {
    version,
    url,
    mcp_url: `${url}/mcp`,
    mode: engine.mode,
    profile: engine.config.defaultProfile,
    providers: enabledProviders(engine.config),
    budgets: engine.ledger.budgets().map(describeBudget),
    database: engine.config.databasePath,
    configuration_file: engine.config.file,
    notices: engine.notices,
  };
}

async function printService({ stdout, deps }: CliContext, { url, engine }: HttpService): Promise<void> {
  const { bold, yellow } = stdout.colours;
  const { config } = engine;
  const head = `farebox ${deps.version} on ${url}`;
  await stdout.line(engine.mode === 'sandbox' ? yellow(`${head} · ${sandboxNotice(engine)}`) : bold(head));
  const facts: readonly Fact[] = [
    ['profile', config.defaultProfile],
    ['providers', enabledProviders(config).join(', ') || 'the sandbox only'],
    ['budget', budgetLine(engine)],
    ['data', config.databasePath],
    ['configuration', config.file ?? 'none (defaults, profile and environment)'],
    ['status page', `${url}/`],
    ['MCP', `${url}/mcp`],
    ['Claude Code', `claude mcp add --scope user --transport http farebox ${url}/mcp`, 'verbatim'],
    ['other clients', shellLine([...deps.selfCommand, 'init', '--http', `${url}/mcp`]), 'verbatim'],
    ['stop', 'Ctrl-C'],
    ...engine.notices.map((notice) => ['note', notice] as const),
    ...config.warnings.map((warning) => ['note', warning] as const),
  ];
  await stdout.line(renderFacts(facts, stdout));
}

function enabledProviders(config: Config): readonly string[] {
  return config.providers.filter((provider) => provider.enabled).map((provider) => provider.name);
}

function budgetLine(engine: Engine): string {
  const lines = engine.ledger
    .budgets()
    .map(
      ({ budget, spent, left }) => `${budget.id} ${money(budget.limit)}, spent ${money(spent)}, left ${money(left)}`,
    );
  return lines.join('; ') || 'none: nothing limits what is spent';
}
