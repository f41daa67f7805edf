import type { WireCacheControl } from '../../cache-control.ts';

/** What this dialect writes of Anthropic's Messages API. */
export interface AnthropicBody {
  readonly model: string;
  readonly max_tokens: number;
  readonly system?: readonly WireText[];
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly WireTool[];
  readonly tool_choice?: WireToolChoice;
  readonly thinking?: WireThinking;
  readonly output_config?: WireOutputConfig;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly stop_sequences?: readonly string[];
  readonly stream: boolean;
}

export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly WireBlock[];
}

export interface Markable {
  readonly cache_control?: WireCacheControl;
}

export interface WireText extends Markable {
  readonly type: 'text';
  readonly text: string;
}

export interface WireImage extends Markable {
  readonly type: 'image';
  readonly source:
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string };
}

export interface WireToolUse extends Markable {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface WireToolResult extends Markable {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | readonly (WireText | WireImage)[];
  readonly is_error?: true;
}

export type WireBlock =
  | WireText
  | WireImage
  | WireToolUse
  | WireToolResult
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string };

export interface WireTool extends Markable {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: Readonly<Record<string, unknown>>;
  readonly strict?: true;
}

export type WireToolChoice =
  | { readonly type: 'auto' | 'any'; readonly disable_parallel_tool_use?: boolean }
  | { readonly type: 'tool'; readonly name: string; readonly disable_parallel_tool_use?: boolean }
  | { readonly type: 'none' };

export type WireThinking =
  | { readonly type: 'adaptive'; readonly display: 'summarized' }
  | { readonly type: 'enabled'; readonly budget_tokens: number }
  | { readonly type: 'disabled' | 'between_tools' };

export interface WireOutputConfig {
  readonly effort?: 'low' | 'medium' | 'high';
  readonly format?: { readonly type: 'json_schema'; readonly schema: Readonly<Record<string, unknown>> };
}
