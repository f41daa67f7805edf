import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFarebox } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

async function scriptFile(shell: string): Promise<string> {
  const { code, stdout } = await runFarebox(['completion', shell]);
  expect(code).toBe(0);
  const file = join(tempFolder(), `farebox.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['re', ['report']],
  ['memory ', ['store', 'search', 'forget', 'threads', 'export', 'import']],
  ['completion ', ['bash', 'zsh', 'fish']],
  ['ask --task data', ['data_extraction']],
  ['ask why --profile b', ['budget', 'balanced']],
  ['ask --max', ['--max-cost', '--max-tokens']],
  ['memory store --kind d', ['decision']],
  ['--config x.json report --by pro', ['provider', 'project']],
  ['ask --model ', []],
  ['memory import a f', ['a file.jsonl']],
  ['ask --schema a', ['a file.jsonl']],
];

describe.skipIf(!has('bash'))('completion for bash, really sourced', () => {
  it('completes commands, options, values and files', async () => {
    const file = await scriptFile('bash');
    const folder = tempFolder();
    writeFileSync(join(folder, 'a file.jsonl'), '');
    const source = (typed: string) => `
      source ${file}
      COMP_WORDS=(farebox ${typed.endsWith(' ') ? `${typed} ''` : typed.replace(' a f', " 'a f'")})
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _farebox
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const complete = (typed: string) =>
      execFileSync('bash', ['--norc', '-c', source(typed)], { cwd: folder, encoding: 'utf8' })
        .split('\n')
        .filter(Boolean);
    expect(CASES.map(([typed]) => [typed, complete(typed)])).toEqual(CASES);
  });
});

describe.skipIf(!has('fish'))('completion for fish, really sourced', () => {
  it('completes commands, options and values', async () => {
    const file = await scriptFile('fish');
    const complete = (typed: string) =>
      execFileSync('fish', ['--no-config', '-c', `source ${file}; complete -C "farebox ${typed}"`], {
        encoding: 'utf8',
      })
        .split('\n')
        .map((line) => line.split('\t')[0] ?? '')
        .filter(Boolean);
    expect(complete('ask --task data')).toEqual(['data_extraction']);
    expect(complete('memory ')).toEqual(['export', 'forget', 'import', 'search', 'store', 'threads']);
  });
});

describe('the completion scripts', () => {
  it.skipIf(!has('zsh'))('parse in zsh', async () => {
    execFileSync('zsh', ['-n', await scriptFile('zsh')]);
  });

  it.each(['bash', 'zsh', 'fish'])('for %s know every command and never start farebox', async (shell) => {
    const { stdout } = await runFarebox(['completion', shell]);
    for (const command of 'mcp serve ask route report budget models memory sandbox init doctor completion'.split(' ')) {
      expect(stdout).toMatch(new RegExp(`\\b${command}\\b`));
    }
    expect(stdout).not.toMatch(/\$\(farebox|`farebox/);
  });
});
