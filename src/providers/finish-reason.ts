import type { FinishReason } from '../domain/completion-outcome.ts';
import type { FailureKind } from '../domain/failure.ts';

/** What a provider's finish reason means: how the answer ended, or which fault ended it. */
export type FinishMeaning =
  | { readonly ended: FinishReason }
  | { readonly failed: Extract<FailureKind, 'server_error' | 'stream_broken' | 'stream_malformed'> };

const ENDED: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  end_turn: 'stop',
  end_of_turn: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  end: 'stop',
  done: 'stop',
  complete: 'stop',
  completed: 'stop',
  finished: 'stop',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  pause_turn: 'length', // Anthropic: it would go on if it were asked again
  tool_calls: 'tool_calls',
  tool_call: 'tool_calls',
  tool_use: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
  content_filtered: 'content_filter',
  safety: 'content_filter',
  recitation: 'content_filter',
  blocklist: 'content_filter',
  prohibited_content: 'content_filter',
  spii: 'content_filter',
  refusal: 'content_filter',
  sensitive: 'content_filter',
};

const FAILED: Readonly<Record<string, Extract<FinishMeaning, { failed: unknown }>['failed']>> = {
  error: 'server_error',
  insufficient_system_resource: 'server_error',
  network_error: 'server_error',
  abort: 'stream_broken',
  aborted: 'stream_broken',
  cancelled: 'stream_broken',
  canceled: 'stream_broken',
  malformed_function_call: 'stream_malformed',
};

/**
 * The meaning of a finish reason as a provider writes it. A word that nobody here has seen proves no whole answer, so it
 * counts as a broken stream: trying elsewhere costs little, passing on a truncated answer as a success costs trust.
 */
export function readFinishReason(reason: string): FinishMeaning {
  const word = reason.toLowerCase();
  const ended = Object.hasOwn(ENDED, word) ? ENDED[word] : undefined;
  if (ended) return { ended };
  return { failed: (Object.hasOwn(FAILED, word) ? FAILED[word] : undefined) ?? 'stream_broken' };
}
