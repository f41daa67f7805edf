import { type CompletionRequest, textOf } from '../domain/completion-request.ts';
import { FareboxError } from '../domain/errors.ts';

const LONGEST_CALL_MS = 86_400_000;

/** What every surface relies on: a request with something in it, and figures that make sense. Returns the request. */
export function validateRequest(request: CompletionRequest): CompletionRequest {
  const { messages, maxOutputTokens, constraints } = request;
  if (!messages.some((message) => hasContent(message.content))) {
    throw invalid('The prompt is empty.', 'Say what you want to know or have done.');
  }
  if (maxOutputTokens !== undefined && !(Number.isSafeInteger(maxOutputTokens) && maxOutputTokens > 0)) {
    throw invalid(`max_output_tokens is ${maxOutputTokens}.`, 'Give a whole number above 0, or leave it out.');
  }
  if (constraints.maxCost !== undefined && !(Number.isSafeInteger(constraints.maxCost) && constraints.maxCost >= 0)) {
    throw invalid('The cost cap is no amount of money.', 'Give dollars, e.g. 0.01.');
  }
  const { deadlineMs } = request;
  if (
    deadlineMs !== undefined &&
    !(Number.isSafeInteger(deadlineMs) && deadlineMs > 0 && deadlineMs <= LONGEST_CALL_MS)
  ) {
    throw invalid(`The deadline is ${deadlineMs} ms.`, 'Give a whole number of ms, at most a day, or leave it out.');
  }
  const threshold = constraints.qualityThreshold;
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 100)) {
    throw invalid(`The quality threshold is ${threshold}.`, 'Give a score from 0 to 100.');
  }
  return request;
}

/**
 * Nothing is shown before it is checked: where checks or a schema are demanded, a stream is handed out at once, when the
 * answer has passed.
 */
export function heldUntilChecked(request: CompletionRequest): CompletionRequest {
  const isChecked = (request.verify?.length ?? 0) > 0 || request.responseFormat?.type === 'json_schema';
  return isChecked && request.delivery === 'stream' ? { ...request, delivery: 'held' } : request;
}

function hasContent(content: CompletionRequest['messages'][number]['content']): boolean {
  if (Array.isArray(content) && content.some((part) => part.type === 'image')) return true;
  return textOf(content).trim() !== '';
}

function invalid(message: string, remedy: string): FareboxError {
  return new FareboxError('invalid_request', message, { remedy });
}
