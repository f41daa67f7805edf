import type { Tool } from '../tool.ts';
import { createAgentMessageReader } from './agent-messages.ts';

const PLAIN_SYSTEM = 'Answer the message of the user. You have no tools and cannot see any files.';

/** Qwen Code in headless mode, which prints what Claude Code prints. Its core tools are narrowed to one that does not exist. */
export const qwenTool: Tool = {
  title: 'Qwen Code',
  ownModel: 'qwen',
  takesSystem: true,
  firstSign: 'content',
  prints: 'json',
  login: 'run `qwen` once and set up its authentication',
  arguments: ({ model, system, prompt }) => ({
    args: [
      '--output-format=stream-json',
      '--include-partial-messages',
      '--approval-mode=default',
      '--core-tools=none',
      '--extensions=none',
      '--allowed-mcp-server-names=none',
      ...(model === null ? [] : [`--model=${model}`]),
      `--system-prompt=${system ?? PLAIN_SYSTEM}`,
    ],
    stdin: prompt,
  }),
  createReader: () => createAgentMessageReader('within'),
};
