import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { clientSetups, shellLine } from '../../src/cli/clients.ts';
import { configFileSchema } from '../../src/config/schema/config-file.ts';
import { runFarebox } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const checkout = ['node', '/src/far ebox/tools/farebox.mjs'];

describe('the ways to add farebox to a client', () => {
  const lines = (...args: Parameters<typeof clientSetups>) =>
    Object.fromEntries(
      clientSetups(...args).map(({ name, command, file }) => [name, command ? shellLine(command) : file]),
    );

  it('start it from a checkout over stdio', () => {
    expect(lines({ selfCommand: checkout, env: [] })).toEqual({
      claude: "claude mcp add --scope user farebox -- node '/src/far ebox/tools/farebox.mjs' mcp",
      gemini: "gemini mcp add -s user farebox node '/src/far ebox/tools/farebox.mjs' mcp",
      qwen: "qwen mcp add -s user farebox node '/src/far ebox/tools/farebox.mjs' mcp",
      codex: "codex mcp add farebox -- node '/src/far ebox/tools/farebox.mjs' mcp",
      opencode: {
        path: '~/.config/opencode/opencode.json',
        content: { mcp: { farebox: { type: 'local', command: [...checkout, 'mcp'], enabled: true } } },
      },
      vscode: `code --add-mcp '{"name":"farebox","type":"stdio","command":"node","args":["/src/far ebox/tools/farebox.mjs","mcp"]}'`,
      cursor: {
        path: '~/.cursor/mcp.json',
        content: { mcpServers: { farebox: { command: 'node', args: ['/src/far ebox/tools/farebox.mjs', 'mcp'] } } },
      },
    });
  });

  it('hand variables on by name; Claude’s greedy -e stands after the name, our own dashes after --', () => {
    const { claude, gemini, codex, cursor } = lines({ selfCommand: ['npx', '-y', 'farebox'], env: ['A_KEY', 'B_KEY'] });
    expect([claude, gemini, codex]).toEqual([
      'claude mcp add --scope user farebox -e A_KEY="$A_KEY" -e B_KEY="$B_KEY" -- npx -y farebox mcp',
      'gemini mcp add -s user -e A_KEY="$A_KEY" -e B_KEY="$B_KEY" farebox npx -- -y farebox mcp',
      'codex mcp add farebox --env A_KEY="$A_KEY" --env B_KEY="$B_KEY" -- npx -y farebox mcp',
    ]);
    expect(cursor).toMatchObject({ content: { mcpServers: { farebox: { env: { A_KEY: `\${env:A_KEY}` } } } } });
  });

  it('connect to a farebox that runs by itself', () => {
    const url = 'http://127.0.0.1:4141/mcp';
    expect(lines({ selfCommand: checkout, env: [], url })).toMatchObject({
      claude: `claude mcp add --scope user --transport http farebox ${url}`,
      gemini: `gemini mcp add -s user -t http farebox ${url}`,
      qwen: `qwen mcp add -s user -t http farebox ${url}`,
      codex: `codex mcp add farebox --url ${url}`,
      opencode: { content: { mcp: { farebox: { type: 'remote', url } } } },
      vscode: `code --add-mcp '{"name":"farebox","type":"http","url":"${url}"}'`,
      cursor: { content: { mcpServers: { farebox: { url } } } },
    });
  });
});

describe('init', () => {
  const installed = (...names: string[]) => ({
    findExecutable: (name: string) => (names.includes(name) ? `/usr/bin/${name}` : null),
  });

  it('prints the line of each installed client, and how keys get there', async () => {
    const run = await runFarebox(['init'], installed('claude', 'codex'));
    expect(run.code).toBe(0);
    expect(run.stdout).toMatchInlineSnapshot(`
      "Claude Code
        claude mcp add --scope user farebox -- npx -y farebox mcp

      Codex
        codex mcp add farebox -- npx -y farebox mcp
        Long calls: raise tool_timeout_sec of the server in ~/.codex/config.toml, for example to 600.

      Keys: a server that a client starts over stdio gets only the variables that the client hands on.
      Name them with --env OPENROUTER_API_KEY, or put the key into the configuration of farebox (farebox
      init --write). A farebox that runs by itself (farebox serve, then farebox init --http) has the
      variables of its own shell.
      "
    `);
  });

  it('shows all clients where none is installed, or the one that is named', async () => {
    const all = await runFarebox(['init']);
    expect(all.stdout).toMatch(/^No MCP client was found on PATH/);
    expect(all.stdout).toContain('Cursor (not found on PATH)\n  into ~/.cursor/mcp.json:');
    const one = JSON.parse((await runFarebox(['init', '--client', 'vscode', '--http', '--json'])).stdout);
    expect(one.clients).toMatchObject([
      { client: 'vscode', installed: false, command: ['code', '--add-mcp', expect.any(String)] },
    ]);
  });

  it('runs the commands as arguments without a shell, and fails where one fails', async () => {
    const ran: unknown[] = [];
    const runCommand = async (argv: readonly string[]) => ran.push(argv) - 1;
    const run = await runFarebox(['init', '--run'], { ...installed('claude', 'codex', 'cursor'), runCommand });
    expect(ran).toEqual([
      ['claude', 'mcp', 'add', '--scope', 'user', 'farebox', '--', 'npx', '-y', 'farebox', 'mcp'],
      ['codex', 'mcp', 'add', 'farebox', '--', 'npx', '-y', 'farebox', 'mcp'],
    ]);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('Claude Code added\n');
    expect(run.stdout).toContain('Codex failed with exit code 1\n');
    expect(run.stdout).toContain('Cursor\n  into ~/.cursor/mcp.json');
  });

  it.each([
    [['--client', 'claud'], 'Did you mean "claude"?'],
    [['--env', 'KEY=secret-value'], '"KEY" is not the name of a variable'],
    [['--env', 'A_KEY', '--run'], 'run the printed line'],
    [['--env', 'A_KEY', '--http'], 'of its own shell'],
    [['--force'], 'Add --write.'],
    [['--http', 'foo'], 'such as http://127.0.0.1:4141/mcp'],
    [['--http', 'ftp://localhost/mcp'], '"ftp://localhost/mcp" is not the address'],
  ])('refuses %j', async (options, text) => {
    const run = await runFarebox(['init', ...options]);
    expect([run.code, run.stderr.includes(text)], run.stderr).toEqual([2, true]);
    expect(run.stderr).not.toContain('secret-value');
  });

  it('writes a valid configuration that only its owner can read, and never over another', async () => {
    const home = join(tempFolder(), 'new', '.farebox');
    const file = join(home, 'config.json');
    expect((await runFarebox(['init', '--write'], { home })).stdout).toMatch(`written ${file}\n`);
    const text = readFileSync(file, 'utf8');
    expect(configFileSchema.parse(parse(text))).toMatchObject({ extends: 'balanced' });
    // What is commented out must be right as well: people will take the slashes away.
    const uncommented = text.replace(/^(\s*)\/\/ "/gm, '$1"');
    expect(configFileSchema.safeParse(parse(uncommented)).error).toBeUndefined();
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);

    const again = await runFarebox(['init', '--write'], { home });
    expect([again.code, again.stderr.includes('--force')]).toEqual([2, true]);
    expect((await runFarebox(['init', '--write', '--force'], { home })).code).toBe(0);
  });
});
