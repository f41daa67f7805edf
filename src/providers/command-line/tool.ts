import type { ProviderEvent } from '../provider.ts';

/** What a tool is asked for: everything that a caller wrote is in here. */
export interface Asked {
  /** null: the tool's own default. */
  readonly model: string | null;
  /** The instructions, where the tool takes them apart from the prompt and they fit into an argument; else null. */
  readonly system: string | null;
  readonly prompt: string;
}

export interface ToolArguments {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Nothing where the prompt is among the arguments. */
  readonly stdin: string;
}

/** How one command-line tool is asked and understood: pure, without a process. */
export interface Tool {
  /** What people call it. */
  readonly title: string;
  /** The model name that stands for whatever the tool uses by default. */
  readonly ownModel: string | null;
  /** Takes instructions apart from the prompt. */
  readonly takesSystem: boolean;
  /**
   * What it prints first, so that it can be waited for: a piece of the answer, a sign that it has begun (the answer then
   * comes whole), or nothing before the whole answer.
   */
  readonly firstSign: 'content' | 'anything' | 'none';
  /** `text`: all that it prints is the answer. */
  readonly prints: 'json' | 'text';
  /** `isolated`: it runs in an empty folder of ours. */
  arguments(asked: Asked, options: { readonly isolated: boolean }): ToolArguments;
  createReader(): OutputReader;
  /** How to log in, for people. */
  readonly login: string;
}

/** Reads what a tool prints: a state machine that knows nothing of processes. */
export interface OutputReader {
  /** The events in one value that it printed (or in a piece of text). `finish` is not among them. */
  read(value: unknown): readonly ProviderEvent[];
  /** The tool has said that its answer is over. */
  readonly finished: boolean;
  /** What its output comes to once nothing more comes. */
  end(): Outcome;
}

export interface Outcome {
  /** Text that was held back until it was known to be an answer. */
  readonly text: string;
  /** The tool's own words on what went wrong; null where it said nothing of the kind. */
  readonly error: string | null;
  /** As the tool writes it; null: its output is not a whole answer. */
  readonly finishReason: string | null;
  /** Epoch ms at which a limit ends, where the tool named it apart from its words. */
  readonly retryAt?: number;
}

/** Words that a tool prints in place of an answer, and that no model would begin with. */
const ERROR_TEXTS: readonly RegExp[] = [
  /^API Error\b/i,
  /^(Claude AI |Claude |Your )?usage limit reached/i,
  /^You['’]ve (hit|reached) your\b.{0,40}\blimit/i,
  /^(Not logged in|Invalid API key)\b.{0,10}·/i,
  /^Credit balance is too low/i,
  /^Prompt is too long\b/i,
  /^\[API Error:/i,
];
const LONGEST_ERROR_TEXT = 1_000;

/** Whether a text that came whole, without having been streamed, is a failure that the tool passes as an answer. */
export function isErrorText(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.length <= LONGEST_ERROR_TEXT && ERROR_TEXTS.some((pattern) => pattern.test(trimmed));
}
