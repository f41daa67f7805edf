import type { Tool } from '../tool.ts';
import { createAgentMessageReader } from './agent-messages.ts';

/** In place of the instructions of an agent, which would be longer than most prompts. */
const PLAIN_SYSTEM = 'Answer the message of the user. You have no tools and cannot see any files.';

/**
 * Claude Code in print mode. No built-in tool, no MCP server, no slash command, nothing kept of the session. Usage is
 * reported, and so is what the API would have charged.
 */
export const claudeTool: Tool = {
  title: 'Claude Code',
  ownModel: 'claude',
  takesSystem: true,
  firstSign: 'content',
  prints: 'json',
  login: 'log in with `claude` and `/login`',
  arguments: ({ model, system, prompt }) => ({
    args: [
      '-p',
      '--output-format=stream-json',
      '--verbose',
      '--include-partial-messages',
      ...(model === null ? [] : [`--model=${model}`]),
      `--system-prompt=${system ?? PLAIN_SYSTEM}`,
      '--tools',
      '',
      '--strict-mcp-config',
      '--disable-slash-commands',
      '--no-session-persistence',
      '--max-turns=1',
    ],
    stdin: prompt,
  }),
  createReader: () => createAgentMessageReader('apart'),
};
