import type { Command, Option } from 'commander';

/** The tree of commands as plain data, for completion scripts. */
export interface CommandNode {
  /** Words that lead to it: `['memory', 'store']`; none for the root. */
  readonly path: readonly string[];
  readonly description: string;
  readonly children: readonly CommandNode[];
  /** Its own options and those of the root. */
  readonly options: readonly OptionNode[];
  /** Words that its first argument may be; empty where it is free text. */
  readonly words: readonly string[];
  /** Its first argument is a file. */
  readonly takesFile: boolean;
}

export interface OptionNode {
  /** `-h`, `--help`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly value: 'none' | 'file' | 'words' | 'free';
  readonly words: readonly string[];
}

/** Profiles that are shipped; a user's own cannot be known here. */
const PROFILES = ['budget', 'balanced', 'premium', 'hybrid'];
const HELP: OptionNode = { flags: ['-h', '--help'], description: 'print the help', value: 'none', words: [] };

export function commandTree(program: Command): CommandNode {
  return toNode(program, [], [...program.options].map(toOption));
}

function toNode(command: Command, path: readonly string[], inherited: readonly OptionNode[]): CommandNode {
  const argument = command.registeredArguments[0];
  const own = path.length > 0 ? command.options.map(toOption) : [];
  return {
    path,
    description: command.description(),
    children: command.commands.map((child) => toNode(child, [...path, child.name()], inherited)),
    options: [...own, ...inherited, HELP],
    words: argument?.argChoices ?? [],
    takesFile: argument?.name() === 'file',
  };
}

function toOption(option: Option): OptionNode {
  const words = option.argChoices ?? (option.long === '--profile' ? PROFILES : []);
  const takesValue = option.required || option.optional;
  const isFile = /[<[]file[>\]]/.test(option.flags);
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    value: !takesValue ? 'none' : words.length > 0 ? 'words' : isFile ? 'file' : 'free',
    words,
  };
}

/** A node and all below it. */
export function allNodes(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.children.flatMap(allNodes)];
}
