import { Argument, type Command } from 'commander';
import { commandTree } from '../command-tree.ts';
import { completionScript, installHint, SHELLS, type Shell } from '../completion-scripts.ts';
import { printJson, type RunCommand } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { oneOf } from '../option-values.ts';

export function addCompletionCommand(program: Command, run: RunCommand): void {
  program
    .command('completion')
    .description('print a completion script for bash, zsh or fish')
    .addArgument(
      new Argument('<shell>', 'the shell').choices(SHELLS).argParser(oneOf('shell that is known here', SHELLS)),
    )
    .addHelpText('after', `\nTo load it:\n${SHELLS.map((shell) => `  ${installHint(shell)}`).join('\n')}`)
    .action((shell: Shell) =>
      run(async (context) => {
        const script = completionScript(shell, commandTree(program));
        if (context.json) await printJson(context, { shell, script, install: installHint(shell) });
        else await context.stdout.write(script);
        return EXIT.done;
      }),
    );
}
