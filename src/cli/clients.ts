/** An MCP client and how farebox is added to it. */
export interface ClientSetup {
  /** For `--client`. */
  readonly name: string;
  readonly title: string;
  /** What is looked for on PATH. */
  readonly executable: string;
  /** The command that adds farebox; null where the client has none that is known to work without questions. */
  readonly command: readonly string[] | null;
  /** What to write into a file of the client where there is no command. */
  readonly file: { readonly path: string; readonly content: unknown } | null;
  readonly hint: string | null;
}

export interface Connection {
  /** How farebox is started, without arguments. */
  readonly selfCommand: readonly string[];
  /** Address of `/mcp` of a running farebox, instead of starting one over stdio. */
  readonly url?: string;
  /** Names of environment variables that the client should hand on. */
  readonly env: readonly string[];
}

const NAME = 'farebox';

/**
 * How to add farebox to each client that is known. Variables appear as `KEY=$KEY`, for a shell to fill in: their values
 * are never read here.
 */
export function clientSetups(connection: Connection): readonly ClientSetup[] {
  return [
    { name: 'claude', title: 'Claude Code', executable: 'claude', ...claude(connection) },
    { name: 'gemini', title: 'Gemini CLI', executable: 'gemini', ...geminiLike('gemini', connection) },
    { name: 'qwen', title: 'Qwen Code', executable: 'qwen', ...geminiLike('qwen', connection) },
    { name: 'codex', title: 'Codex', executable: 'codex', ...codex(connection) },
    { name: 'opencode', title: 'opencode', executable: 'opencode', ...opencode(connection) },
    { name: 'vscode', title: 'VS Code', executable: 'code', ...vscode(connection) },
    { name: 'cursor', title: 'Cursor', executable: 'cursor', ...cursor(connection) },
  ];
}

type Setup = Pick<ClientSetup, 'command' | 'file' | 'hint'>;

/** Claude's `-e` takes every word that follows it, so it stands after the name and before `--`, never before the name. */
function claude({ selfCommand, url, env }: Connection): Setup {
  const add = ['claude', 'mcp', 'add', '--scope', 'user'];
  const command = url
    ? [...add, '--transport', 'http', NAME, url]
    : [...add, NAME, ...flags('-e', env), '--', ...selfCommand, 'mcp'];
  return { command, file: null, hint: null };
}

/** Qwen Code's command line is Gemini's. What looks like an option of ours must stand after `--`. */
function geminiLike(program: 'gemini' | 'qwen', { selfCommand, url, env }: Connection): Setup {
  const add = [program, 'mcp', 'add', '-s', 'user'];
  if (url) return { command: [...add, '-t', 'http', NAME, url], file: null, hint: null };
  const [executable = '', ...rest] = [...selfCommand, 'mcp'];
  const args = rest.some((argument) => argument.startsWith('-')) ? ['--', ...rest] : rest;
  return { command: [...add, ...flags('-e', env), NAME, executable, ...args], file: null, hint: null };
}

function codex({ selfCommand, url, env }: Connection): Setup {
  const add = ['codex', 'mcp', 'add', NAME];
  const command = url ? [...add, '--url', url] : [...add, ...flags('--env', env), '--', ...selfCommand, 'mcp'];
  const hint = url
    ? null
    : 'Long calls: raise tool_timeout_sec of the server in ~/.codex/config.toml, for example to 600.';
  return { command, file: null, hint };
}

function opencode({ selfCommand, url, env }: Connection): Setup {
  const environment = Object.fromEntries(env.map((name) => [name, `{env:${name}}`]));
  const server = url
    ? { type: 'remote', url, enabled: true }
    : { type: 'local', command: [...selfCommand, 'mcp'], enabled: true, ...(env.length > 0 ? { environment } : {}) };
  return {
    command: null,
    file: { path: '~/.config/opencode/opencode.json', content: { mcp: { [NAME]: server } } },
    hint: 'opencode 2 wants it one level deeper, under "mcp": { "servers": { … } }.',
  };
}

function vscode({ selfCommand, url, env }: Connection): Setup {
  const [command, ...args] = [...selfCommand, 'mcp'];
  const environment = Object.fromEntries(env.map((name) => [name, `\${env:${name}}`]));
  const server = url
    ? { name: NAME, type: 'http', url }
    : { name: NAME, type: 'stdio', command, args, ...(env.length > 0 ? { env: environment } : {}) };
  return { command: ['code', '--add-mcp', JSON.stringify(server)], file: null, hint: null };
}

function cursor({ selfCommand, url, env }: Connection): Setup {
  const [command, ...args] = [...selfCommand, 'mcp'];
  const environment = Object.fromEntries(env.map((name) => [name, `\${env:${name}}`]));
  const server = url ? { url } : { command, args, ...(env.length > 0 ? { env: environment } : {}) };
  return {
    command: null,
    file: { path: '~/.cursor/mcp.json', content: { mcpServers: { [NAME]: server } } },
    hint: null,
  };
}

function flags(flag: string, env: readonly string[]): readonly string[] {
  return env.flatMap((name) => [flag, `${name}=$${name}`]);
}

/** A command as a line for a POSIX shell. `KEY=$KEY` stays open for the shell to fill in. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (/^[A-Za-z_]\w*=\$[A-Za-z_]\w*$/.test(word)) return word.replace('=', '="').concat('"');
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
