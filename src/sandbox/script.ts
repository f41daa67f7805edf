/** What the sandbox is told to do, step by step. JSON; see `docs` and the checks in `parse-script.ts`. */
export interface Script {
  readonly name?: string;
  readonly description?: string;
  /** Ordinary answers report what a prompt cache would have read; absent: nothing is cached. */
  readonly promptCache?: boolean;
  /** Any whole number: another one gives `match.share` another sequence. */
  readonly seed?: number;
  /** The first step that matches a request and is not used up decides; without one the answer is a simulated one. */
  readonly steps: readonly Step[];
}

export interface Step {
  /** Absent: every request. */
  readonly match?: Match;
  /** How many requests it serves; absent: all. */
  readonly times?: number;
  readonly do: Behaviour;
}

/** All given conditions must hold. */
export interface Match {
  /** A model id; `*` stands for any characters: `deepseek/*`. */
  readonly model?: string;
  /** true: the model that was asked first since the script began; false: any other. */
  readonly primary?: boolean;
  /** Only this share (0 to 1) of the requests that fulfil the other conditions: scattered, the same in every run. */
  readonly share?: number;
  /** The how-manieth request that fulfils the other conditions, from 1. */
  readonly call?: number;
  /** Words that the last user message contains, in any case. */
  readonly prompt?: string;
  readonly stream?: boolean;
  /** Whether tools are offered. */
  readonly tools?: boolean;
  /** Role of the last message: `assistant` is a prefix to be continued. */
  readonly lastRole?: string;
  /** Only from so many ms after the script began, and only until then. */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

export interface ScriptedToolCall {
  readonly name: string;
  /** An object, or text as it is sent, perhaps broken JSON. */
  readonly arguments: Readonly<Record<string, unknown>> | string;
}

/** How one request is served. Delays are real ms, whatever the sandbox's speed. */
export interface Behaviour {
  /** Wait before anything is sent. */
  readonly delayMs?: number;
  /** Accept the request and never answer. */
  readonly hang?: boolean;
  /** Destroy the connection instead of answering. */
  readonly reset?: boolean;
  /** An answer of this status with `headers` and `body` (JSON, or text as it is) in place of a completion. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Content type of a completion. */
  readonly contentType?: string;
  readonly text?: string;
  /** An answer of exactly this many tokens. */
  readonly tokens?: number;
  readonly reasoning?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** null: none is sent. */
  readonly finishReason?: string | null;
  /** The model that the answer names. */
  readonly model?: string;
  /** Wait before the first token, after the headers. */
  readonly firstTokenMs?: number;
  /** Wait before each further token. */
  readonly tokenMs?: number;
  /** After so many tokens (of text, then pieces of tool calls): destroy the connection; fall silent; send an event that is no JSON; send `error`. */
  readonly cutAfterTokens?: number;
  readonly stallAfterTokens?: number;
  readonly malformedAfterTokens?: number;
  readonly errorAfterTokens?: number;
  /** The error sent by `errorAfterTokens`. */
  readonly error?: unknown;
  /** false: no `[DONE]`. */
  readonly done?: boolean;
  /** false: the connection stays open after the end of the answer. */
  readonly end?: boolean;
  /** `none`: no usage; `each`: in every chunk; an object: sent as it is. */
  readonly usage?: 'none' | 'each' | Readonly<Record<string, unknown>>;
}
