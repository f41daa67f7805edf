import { Writable } from 'node:stream';
import type { Argument, Command, Option } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import { CLI_EXAMPLES } from './cli-examples.ts';
import { code, paper, sentence, table } from './markdown.ts';

const INTRO = `Every command with its options. \`farebox help\` and \`farebox <command> --help\` print the same. Answers and results go to standard
output, everything else (what it cost, warnings, errors) to standard error.

A prompt is the words of the command line, or standard input where there are none or where a word is \`-\`; with both, what is piped in follows the
words. Without a command, \`farebox\` prints its help on a terminal, and speaks MCP where standard input is a pipe.`;

const EXIT_CODES = `## Exit codes

${table(
  ['code', 'meaning'],
  [
    ['0', 'Done.'],
    ['1', 'Failed: the answer broke off, the database cannot be used, `doctor` found an error.'],
    ['2', 'Wrong usage or configuration.'],
    ['3', 'Refused by a budget or by `--max-cost`.'],
    ['4', 'No model could serve it.'],
    ['130', 'Interrupted.'],
  ],
)}

With \`--json\` an error is one JSON document too: \`{"error": {"code", "message", "remedy", "details"}}\`. Where a call was made but did not end well,
\`ask --json\` prints the call as always, with its \`status\` and \`error\`.`;

const COMMON = 'In every command';

/** `docs/cli.md`: the tree of commands, from the parser itself. */
export function cliPaper(): string {
  const program = buildProgram(
    { version: '', stdout: new Writable(), terminal: { stdin: false, stdout: false, stderr: false, columns: null } },
    async () => {},
  );
  const commands = program.commands.filter((command) => command.name() !== 'help').flatMap(withSubcommands);
  return paper('Command line', INTRO, [
    ...commands.map(section),
    `## ${COMMON}\n\n${optionTable([...program.options])}`,
    EXIT_CODES,
  ]);
}

/** A command, or where it has subcommands only those. */
function withSubcommands(command: Command): readonly Command[] {
  return command.commands.length > 0 ? command.commands : [command];
}

function section(command: Command): string {
  const name = nameOf(command);
  const { registeredArguments } = command;
  const usage = [
    'farebox',
    name,
    ...registeredArguments.map(argumentText),
    command.options.length > 0 ? '[options]' : '',
  ];
  const examples = CLI_EXAMPLES[name];
  if (!examples) throw new Error(`tools/generate/cli-examples.ts has no example of "${name}".`);
  return [
    `## ${name}`,
    `${sentence(command.description())}`,
    code(usage.filter(Boolean).join(' ')),
    ...(registeredArguments.length > 0 ? [argumentTable(registeredArguments)] : []),
    ...(command.options.length > 0 ? [optionTable(command.options)] : []),
    `\`\`\`sh\n${examples.trim()}\n\`\`\``,
  ].join('\n\n');
}

function nameOf(command: Command): string {
  const above = command.parent?.parent ? `${command.parent.name()} ` : '';
  return `${above}${command.name()}`;
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentTable(args: readonly Argument[]): string {
  return table(
    ['argument', 'meaning'],
    args.map((argument) => [code(argumentText(argument)), `${sentence(argument.description)}${choices(argument)}`]),
  );
}

function optionTable(options: readonly Option[]): string {
  return table(
    ['option', 'default', 'meaning'],
    options.map((option) => [
      code(option.flags),
      defaultOf(option),
      `${sentence(option.description)}${choices(option)}`,
    ]),
  );
}

/** A switch that is on until it is negated has a default that says nothing. */
function defaultOf({ defaultValue, negate }: Option): string {
  if (defaultValue === undefined || negate) return '';
  if (Array.isArray(defaultValue)) return defaultValue.join(', ');
  return code(String(defaultValue));
}

function choices({ argChoices }: { readonly argChoices?: readonly string[] | undefined }): string {
  return argChoices ? ` One of ${argChoices.map(code).join(' ')}.` : '';
}
