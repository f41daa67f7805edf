import type { Command } from 'commander';
import { describeBudget } from '../../pipeline/views/describe-report.ts';
import { budgetTroubles, renderBudgets } from '../budget-table.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { printSandboxWarning } from '../sandbox-warning.ts';

export function addBudgetCommand(program: Command, run: RunCommand): void {
  program
    .command('budget')
    .description('each budget: limit, spent, held, left, projected')
    .action(() => run(budget));
}

async function budget(context: CliContext): Promise<ExitCode> {
  return withEngine(context, async (engine) => {
    const statuses = engine.ledger.budgets();
    const { stdout, stderr } = context;
    const simulated = engine.mode === 'sandbox';
    if (context.json) await printJson(context, { budgets: statuses.map(describeBudget), simulated });
    else if (statuses.length === 0) {
      await stdout.line('No budget is set: nothing limits what is spent.');
      await stdout.line('Set one with MAX_MONTHLY_BUDGET, or under "budgets" in the configuration.');
    } else {
      await printSandboxWarning(context, engine);
      await stdout.line(renderBudgets(statuses, stdout));
      for (const trouble of budgetTroubles(statuses)) await stderr.line(`${stderr.colours.yellow('note')} ${trouble}`);
    }
    return EXIT.done;
  });
}
