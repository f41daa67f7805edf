/** What this dialect writes of Ollama's `POST /api/chat`. */
export interface OllamaBody {
  readonly model: string;
  readonly messages: readonly OllamaMessage[];
  readonly tools?: readonly OllamaTool[];
  readonly format?: 'json' | Readonly<Record<string, unknown>>;
  readonly think?: boolean | 'low' | 'medium' | 'high';
  readonly logprobs?: true;
  readonly top_logprobs?: number;
  /** false: a prompt that does not fit is refused, rather than cut without a word. */
  readonly truncate: false;
  /** false: an answer that fills the context ends there, rather than pushing the prompt out of it. */
  readonly shift: false;
  readonly options: OllamaOptions;
  readonly stream: boolean;
}

export interface OllamaMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** Base64, without the head of a data URL. */
  readonly images?: readonly string[];
  readonly thinking?: string;
  readonly tool_calls?: readonly OllamaToolCall[];
  /** Of a result: the tool's name, and the id of the call. */
  readonly tool_name?: string;
  readonly tool_call_id?: string;
}

export interface OllamaToolCall {
  readonly id: string;
  readonly function: {
    readonly index: number;
    readonly name: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  };
}

export interface OllamaTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

export interface OllamaOptions {
  /** Tokens of prompt and answer together that memory is reserved for. */
  readonly num_ctx: number;
  readonly num_predict: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly seed?: number;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly stop?: readonly string[];
}
