import type { FencedBlock } from './read-papers.ts';

/** One command of a paper, with what it takes from the lines below it (continuations, quotes, a here-document). */
export interface ShellCommand {
  readonly text: string;
  /** Without assignments of variables before it. */
  readonly words: readonly string[];
  readonly exitCode: number;
  /** In its paper, from 1. */
  readonly line: number;
}

/** The commands of a `sh` block. Comments and empty lines are none. */
export function shellCommands({ text, line: firstLine }: FencedBlock): readonly ShellCommand[] {
  const lines = text.split('\n');
  const commands: ShellCommand[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = firstLine + at;
    let command = lines[at] ?? '';
    if (/^\s*(#|$)/.test(command)) continue;
    const here = /<<-?\s*'?(\w+)'?/.exec(command)?.[1];
    while (at + 1 < lines.length && !isComplete(command, here)) command += `\n${lines[++at]}`;
    commands.push({ text: command, words: wordsOf(command), exitCode: exitCodeOf(command), line });
  }
  return commands;
}

function isComplete(command: string, here: string | undefined): boolean {
  if (here !== undefined) return new RegExp(`\\n${here}$`).test(command);
  if (command.endsWith('\\')) return false;
  return unquoted(command) !== null;
}

/** The command without what is quoted and without its comment; null where a quote is still open. */
function unquoted(command: string): string | null {
  const rest = command.replace(/'[^']*'|"(?:[^"\\]|\\.)*"/g, 'Q').replace(/(^|\s)#.*$/gm, '');
  return /['"]/.test(rest) ? null : rest;
}

/** The words of the first simple command, quotes taken off. */
function wordsOf(command: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of command.matchAll(/(?:'[^']*'|"(?:[^"\\]|\\.)*"|[^\s'"])+/g)) {
    if (word.startsWith('#') || /^[|&;<>]/.test(word)) break;
    if (words.length === 0 && /^\w+=/.test(word)) continue;
    words.push(word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g, (_, single, double) => single ?? double));
  }
  return words;
}

/** What a comment behind the command announces: `# exit 3`. */
function exitCodeOf(command: string): number {
  return Number(/#\s*exit (\d+)/.exec(command.split('\n')[0] ?? '')?.[1] ?? 0);
}
