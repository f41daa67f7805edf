import type { Command, CommanderError } from 'commander';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';

/** Commands of the plan that this version does not have, so that nobody takes them for a typing error. */
export const NOT_THERE_YET = ['agent', 'swarm', 'runs'] as const;

/** A usage error of commander in our own words, with the nearest right name where it found none. */
export function toUsageError(error: CommanderError, program: Command): FareboxError {
  // A command that has subcommands names those; otherwise the words are those of farebox itself.
  const group = program.commands.find((command) => command.name() === program.args[0] && command.commands.length > 0);
  const commands = (group ?? program).commands.map((command) => command.name());
  const unknownCommand = /unknown command '(.*)'/s.exec(error.message)?.[1];
  if (unknownCommand !== undefined) return unknownCommandError(unknownCommand, commands, group?.name());
  if (error.code === 'commander.help') {
    if (program.args[0] === 'help' && program.args[1]) return unknownCommandError(program.args[1], commands);
    return new FareboxError('invalid_request', `${group?.name() ?? 'farebox'} needs a subcommand.`, {
      remedy: `Choose one of: ${commands.join(', ')}.`,
    });
  }
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split(/\n\((?=Did you mean)/);
  return new FareboxError('invalid_request', sentence(message), {
    remedy: suggestion
      ? `${suggestion.replace(/\)\s*$/, '')} ${seeHelp(program)}`
      : remedyFor(message, seeHelp(program)),
  });
}

/** `See farebox memory store --help.`, for the command that was named. */
function seeHelp(program: Command): string {
  const path: string[] = [];
  let commands = program.commands;
  for (const word of program.args) {
    const found = commands.find((command) => command.name() === word);
    if (!found) break;
    path.push(word);
    commands = found.commands;
  }
  return `See ${['farebox', ...path, '--help'].join(' ')}.`;
}

function unknownCommandError(name: string, commands: readonly string[], group?: string): FareboxError {
  if (NOT_THERE_YET.some((planned) => planned === name)) {
    return new FareboxError('invalid_request', `The command ${name} is not there yet.`, {
      remedy: `What exists: ${commands.join(', ')}.`,
    });
  }
  const near = nearest(name, commands);
  const end = group === undefined ? 'For a question: farebox ask "…".' : `See farebox ${group} --help.`;
  return new FareboxError('invalid_request', `There is no command "${group ? `${group} ` : ''}${name}".`, {
    remedy: near ? `Did you mean "${near}"? ${end}` : `The commands are: ${commands.join(', ')}. ${end}`,
  });
}

function remedyFor(message: string, help: string): string {
  if (/unknown option '-+\s|unknown option '.*\s.*'/s.test(message)) {
    return 'To give text that begins with a dash, put -- before it.';
  }
  return help;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}
