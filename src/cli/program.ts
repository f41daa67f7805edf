import { Command } from 'commander';
import { addAlertsCommand } from './commands/alerts.ts';
import { addAskCommand } from './commands/ask.ts';
import { addBudgetCommand } from './commands/budget.ts';
import { addCalcCommand } from './commands/calc.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addInitCommand } from './commands/init.ts';
import { addLedgerCommand } from './commands/ledger.ts';
import { addMcpCommand } from './commands/mcp.ts';
import { addMemoryCommand } from './commands/memory.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addModelsCommand } from './commands/models.ts';
import { addPricesCommand } from './commands/prices.ts';
import { addReportCommand } from './commands/report.ts';
import { addRoiCommand } from './commands/roi.ts';
import { addRouteCommand } from './commands/route.ts';
import { addSandboxCommand } from './commands/sandbox.ts';
import { addServeCommand } from './commands/serve.ts';
import type { RunCommand } from './context.ts';
import type { CliDeps } from './deps.ts';

const EXAMPLES = `
Examples:
  farebox ask "explain this error" < build.log
  farebox route "refactor the parser"       which model would serve it, and why
  farebox report --by task --period 7d      what was spent and saved
  farebox init                              add farebox to Claude Code, Gemini CLI, Codex …
  farebox doctor                            what is set up, and what is missing

Exit codes: 0 done · 1 failed · 2 wrong usage or configuration · 3 refused by a budget · 4 no model could serve it`;

/** The tree of commands. Parsing throws `CommanderError` instead of ending the process. */
export function buildProgram(deps: Pick<CliDeps, 'version' | 'stdout' | 'terminal'>, run: RunCommand): Command {
  const program = new Command('farebox');
  const width = deps.terminal.stdout ? (deps.terminal.columns ?? 100) : 100;
  program
    .description('Routes completions to the cheapest adequate model, pays from budgets, and writes down what it cost.')
    .version(deps.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--json', 'print exactly one JSON document on stdout, errors too')
    .option('--config <file>', 'configuration file (default: FAREBOX_CONFIG, then the one in FAREBOX_HOME)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(width, 110) })
    .configureOutput({
      writeOut: (text) => void deps.stdout.write(text),
      // Usage errors are printed where all errors are.
      writeErr: () => {},
      outputError: () => {},
    })
    .addHelpText('after', EXAMPLES);

  program.commandsGroup('Use it:');
  addAskCommand(program, run);
  addRouteCommand(program, run);
  addReportCommand(program, run);
  addBudgetCommand(program, run);
  addAlertsCommand(program, run);
  addCalcCommand(program, run);
  addRoiCommand(program, run);
  addMigrateCommand(program, run);
  addModelsCommand(program, run);
  addPricesCommand(program, run);
  addMemoryCommand(program, run);
  addLedgerCommand(program, run);
  program.commandsGroup('Serve it:');
  addMcpCommand(program, run);
  addServeCommand(program, run);
  addSandboxCommand(program, run);
  program.commandsGroup('Set it up:');
  addInitCommand(program, run);
  addDoctorCommand(program, run);
  addCompletionCommand(program, run);
  program.addHelpCommand(
    program
      .createCommand('help')
      .arguments('[command]')
      .description('print the help of a command')
      .helpOption(false)
      .helpGroup('Set it up:'),
  );
  return program;
}
