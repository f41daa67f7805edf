import type { Capabilities } from '../domain/deployment.ts';
import type { CommandLineTool } from './command-line-config.ts';
import type { Timeouts } from './config.ts';

/** A command-line agent that farebox knows how to use as a model. None is used unless the user enables it. */
export interface BuiltinCommand {
  readonly tool: CommandLineTool;
  readonly command: readonly string[];
  /** Variables, beside the general ones, that say where the tool keeps its settings and login. */
  readonly inherits: readonly string[];
  readonly capabilities: Partial<Capabilities>;
}

/** It takes seconds to start, and some print nothing before the answer is whole. In ms. */
export const COMMAND_TIMEOUTS: Timeouts = {
  connect: 10_000,
  firstToken: 60_000,
  firstTokenAlone: 120_000,
  idle: 120_000,
  total: 600_000,
};

/** Used as a model it calls no tools, sees no images, and is asked for JSON in words where at all. */
export const COMMAND_CAPABILITIES: Partial<Capabilities> = {
  toolCalling: false,
  jsonMode: false,
  streaming: true,
  multimodal: false,
};

const builtin = (
  tool: CommandLineTool,
  inherits: readonly string[],
  capabilities: Partial<Capabilities>,
): BuiltinCommand => ({
  tool,
  command: [tool],
  inherits,
  capabilities: { ...COMMAND_CAPABILITIES, ...capabilities },
});

/** By the name of the provider. Context windows leave room for what the tools put before the prompt. */
export const BUILTIN_COMMANDS: Readonly<Record<string, BuiltinCommand>> = {
  'claude-cli': builtin('claude', ['CLAUDE_CONFIG_DIR'], { contextWindow: 180_000 }),
  'codex-cli': builtin('codex', ['CODEX_HOME'], { contextWindow: 250_000, streaming: false }),
  'copilot-cli': builtin('copilot', ['COPILOT_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME'], { contextWindow: 100_000 }),
  'gemini-cli': builtin('gemini', ['GEMINI_CLI_HOME', 'GOOGLE_CLOUD_PROJECT'], { contextWindow: 1_000_000 }),
  'qwen-cli': builtin('qwen', ['QWEN_HOME'], { contextWindow: 200_000 }),
};

/** What a provider's name, or else its `tool`, says of it. */
export function findBuiltinCommand(name: string, tool: CommandLineTool | undefined): BuiltinCommand | undefined {
  if (tool !== undefined) return Object.values(BUILTIN_COMMANDS).find((known) => known.tool === tool);
  return Object.hasOwn(BUILTIN_COMMANDS, name) ? BUILTIN_COMMANDS[name] : undefined;
}
