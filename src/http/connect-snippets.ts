/** How to add farebox to a client: a command for a shell, or a piece of configuration. */
export interface ConnectSnippet {
  readonly client: string;
  readonly text: string;
}

/** The ways to connect to a server at this origin, e.g. `http://127.0.0.1:4141`. */
export function connectSnippets(origin: string): readonly ConnectSnippet[] {
  const url = `${origin}/mcp`;
  return [
    { client: 'Claude Code', text: `claude mcp add --transport http farebox ${url}` },
    { client: 'Gemini CLI', text: `gemini mcp add -s user -t http farebox ${url}` },
    { client: 'Qwen Code', text: `qwen mcp add -s user -t http farebox ${url}` },
    { client: 'Codex', text: `codex mcp add farebox --url ${url}` },
    {
      client: 'Others (mcpServers)',
      text: JSON.stringify({ mcpServers: { farebox: { type: 'http', url } } }, null, 2),
    },
  ];
}
