import { allNodes, type CommandNode, type OptionNode } from './command-tree.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes the commands, options and known values of the tree. It never starts farebox. */
export function completionScript(shell: Shell, root: CommandNode): string {
  switch (shell) {
    case 'bash':
      return bashScript(root);
    case 'zsh':
      return zshScript(root);
    case 'fish':
      return fishScript(root);
  }
}

/** How to load it, as a line of the shell's start-up file. */
export function installHint(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return `echo 'source <(farebox completion bash)' >> ~/.bashrc`;
    case 'zsh':
      return `echo 'source <(farebox completion zsh)' >> ~/.zshrc   # after compinit`;
    case 'fish':
      return 'farebox completion fish > ~/.config/fish/completions/farebox.fish';
  }
}

const name = (node: CommandNode) => node.path.join(' ');
const lastWord = (node: CommandNode) => node.path.at(-1) ?? '';
const withValue = (node: CommandNode) => node.options.filter(({ value }) => value !== 'none');

/** Which command the words typed so far lead to: `path` becomes one of the tree's, options skipped. */
function pathCases(root: CommandNode): string {
  return allNodes(root)
    .filter((node) => node.path.length > 0)
    .map((node) => {
      const above = node.path.slice(0, -1).join(' ');
      return `      '${above}:${lastWord(node)}') path='${name(node)}' ;;`;
    })
    .join('\n');
}

function bashScript(root: CommandNode): string {
  const values = allNodes(root).flatMap((node) =>
    withValue(node).map((option) => `    ${patterns(node, option)}) ${bashValue(option)}; return ;;`),
  );
  const words = allNodes(root).map((node) => {
    const flags = node.options.flatMap((option) => option.flags.filter((flag) => flag.startsWith('--')));
    const operands = [...node.children.map(lastWord), ...node.words];
    const files = node.takesFile ? 'files=1; ' : '';
    return `    '${name(node)}') ${files}flags='${flags.join(' ')}'; words='${operands.join(' ')}' ;;`;
  });
  return `# Completion of farebox for bash. Load it with: source <(farebox completion bash)
_farebox() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path='' flags='' words='' files='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path:\${COMP_WORDS[i]}" in
${pathCases(root)}
    esac
  done
  case "$path:$prev" in
${values.join('\n')}
  esac
  case "$path" in
${words.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [[ -n $files ]]; then
    _farebox_files
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
_farebox_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _farebox farebox
`;
}

function patterns(node: CommandNode, { flags }: OptionNode): string {
  return flags.map((flag) => `'${name(node)}:${flag}'`).join('|');
}

function bashValue({ value, words }: OptionNode): string {
  if (value === 'words') return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur"))`;
  return value === 'file' ? '_farebox_files' : ':';
}

function zshScript(root: CommandNode): string {
  const values = allNodes(root).flatMap((node) =>
    withValue(node).map((option) => `    ${patterns(node, option)}) ${zshValue(option)}; return ;;`),
  );
  const words = allNodes(root).map((node) => {
    const flags = node.options.flatMap((option) =>
      option.flags.filter((flag) => flag.startsWith('--')).map((flag) => described(flag, option.description)),
    );
    const operands = [
      ...node.children.map((child) => described(lastWord(child), child.description)),
      ...node.words.map(zshQuote),
    ];
    const files = node.takesFile ? 'files=1; ' : '';
    return `    '${name(node)}')\n      ${files}flags=(${flags.join(' ')})\n      operands=(${operands.join(' ')}) ;;`;
  });
  return `#compdef farebox
# Completion of farebox for zsh. Load it with: source <(farebox completion zsh)
_farebox() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" path_='' files='' word
  local -a flags operands
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$path_:$word" in
${pathCases(root).replaceAll(') path=', ') path_=')}
    esac
  done
  case "$path_:$prev" in
${values.join('\n')}
  esac
  case "$path_" in
${words.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    _describe -o 'option' flags
  elif [[ -n $files ]]; then
    _files
  else
    _describe 'command' operands
  fi
}
if [[ "\${funcstack[1]}" == _farebox ]]; then _farebox "$@"; else compdef _farebox farebox; fi
`;
}

function zshValue({ value, words }: OptionNode): string {
  if (value === 'words') return `compadd -- ${words.join(' ')}`;
  return value === 'file' ? '_files' : ':';
}

function described(word: string, description: string): string {
  return zshQuote(`${word.replaceAll(':', '\\:')}:${description}`);
}

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishScript(root: CommandNode): string {
  const lines = allNodes(root).flatMap((node) => [
    ...node.children.map(
      (child) =>
        `complete -c farebox -n ${fishCondition(node)} -f -a ${lastWord(child)} -d ${fishQuote(child.description)}`,
    ),
    ...(node.words.length > 0
      ? [`complete -c farebox -n ${fishCondition(node)} -f -a ${fishQuote(node.words.join(' '))}`]
      : []),
    ...(node.takesFile ? [`complete -c farebox -n ${fishCondition(node)} -F`] : []),
    ...node.options.map((option) => fishOption(node, option)),
  ]);
  return `# Completion of farebox for fish. Save it as ~/.config/fish/completions/farebox.fish
function __farebox_at
    set -l path ''
    for word in (commandline -opc)[2..-1]
        switch "$path:$word"
${allNodes(root)
  .filter((node) => node.path.length > 0)
  .map(
    (node) =>
      `            case '${node.path.slice(0, -1).join(' ')}:${lastWord(node)}'\n                set path '${name(node)}'`,
  )
  .join('\n')}
        end
    end
    test "$path" = "$argv[1]"
end
complete -c farebox -f
${lines.join('\n')}
`;
}

function fishCondition(node: CommandNode): string {
  return fishQuote(`__farebox_at "${name(node)}"`);
}

function fishOption(node: CommandNode, { flags, description, value, words }: OptionNode): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  const argument =
    value === 'none'
      ? ''
      : value === 'file'
        ? ' -r -F'
        : words.length > 0
          ? ` -x -a ${fishQuote(words.join(' '))}`
          : ' -x';
  return `complete -c farebox -n ${fishCondition(node)} ${names}${argument} -d ${fishQuote(description)}`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
