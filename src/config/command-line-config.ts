/** Command-line agents whose options and output are known. */
export type CommandLineTool = 'claude' | 'codex' | 'copilot' | 'gemini' | 'qwen';

/** A program that is run for each call. */
export interface CommandLineConfig {
  readonly tool: CommandLineTool | 'custom';
  /** The program and its first arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Further arguments, after the tool's. */
  readonly args: readonly string[];
  /** null: an empty private folder for each call. */
  readonly cwd: string | null;
  /** All that it sees of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** At once. */
  readonly maxProcesses: number;
  /** Of stdout and of stderr, each. */
  readonly maxOutputBytes: number;
  /** How a command of the user's own prints its answer. */
  readonly output?: CommandOutput;
}

/** Everything but `format` is a JSON pointer. */
export interface CommandOutput {
  readonly format: 'text' | 'json' | 'jsonl';
  readonly text?: string;
  readonly error?: string;
  readonly inputTokens?: string;
  readonly cachedInputTokens?: string;
  readonly outputTokens?: string;
}
