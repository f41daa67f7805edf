import type { TokenLogprob } from '../../../domain/completion-outcome.ts';
import { normalizeUsage } from '../../../domain/usage.ts';
import { isRecord } from '../../../lib/json-value.ts';
import { judgeAnswer } from '../../judge-answer.ts';
import { createLeadingSpace } from '../../leading-space.ts';
import { type FailureContext, failureFromAnswer } from '../../map-failure.ts';
import { createOwnCallId } from '../../own-call-id.ts';
import type { ProviderCall, ProviderEvent } from '../../provider.ts';
import { type AnswerReader, malformed } from '../../read-answer.ts';
import { listAt, numberAt, recordAt, textAt } from '../../read-json.ts';

/** Reads an answer of `/api/chat`, line by line; a whole answer is one line. */
export function createOllamaReader(context: FailureContext, call: ProviderCall): AnswerReader {
  const { toolChoice, parallelToolCalls } = call.request;
  const demandsCall = toolChoice === 'required' || typeof toolChoice === 'object';
  const space = createLeadingSpace();
  let accepted = false;
  // Older versions give calls no ids.
  const ownCallId = createOwnCallId(call.request);
  let hasReasoning = false;
  let calls = 0;
  let finishReason: string | null = null;

  const readCall = (raw: unknown): ProviderEvent[] => {
    const called = isRecord(raw) ? (recordAt(raw, 'function') ?? {}) : {};
    const name = textAt(called, 'name');
    // The others would be answered one after the other anyway: the model makes them again in its next turn.
    if (name === undefined || (parallelToolCalls === false && calls > 0)) return [];
    const index = calls++;
    const id = (isRecord(raw) ? textAt(raw, 'id') : undefined) ?? ownCallId(null, index);
    return [{ type: 'tool_call', index, id, name, arguments: argumentsOf(called) }];
  };
  const readMessage = (message: Record<string, unknown>): ProviderEvent[] => {
    const events: ProviderEvent[] = [];
    const thinking = textAt(message, 'thinking');
    if (thinking !== undefined) {
      hasReasoning = true;
      events.push({ type: 'reasoning', text: thinking });
    }
    const visible = space.pass(textAt(message, 'content') ?? '');
    if (visible !== '') events.push({ type: 'text', text: visible });
    for (const raw of listAt(message, 'tool_calls')) events.push(...readCall(raw));
    return events;
  };

  return {
    read(piece) {
      const line = piece.type === 'event' ? piece.data : piece.document;
      if (!isRecord(line)) throw malformed('the answer is JSON, but no chat answer', context);
      if (line['error']) throw failureFromAnswer(line['error'], context);
      const message = recordAt(line, 'message');
      if (!message && line['done'] !== true) throw malformed('a line of the answer has no message', context);
      const events: ProviderEvent[] = [];
      if (!accepted) {
        accepted = true;
        events.push({ type: 'accepted', generationId: null, upstreamModel: textAt(line, 'model') ?? null });
      }
      if (message) events.push(...readMessage(message));
      const tokens = readLogprobs(line);
      if (tokens.length > 0) events.push({ type: 'logprobs', tokens });
      if (line['done'] === true) {
        finishReason = textAt(line, 'done_reason') ?? 'stop';
        events.push(...readUsage(line));
      }
      return events;
    },
    get finished() {
      return finishReason !== null;
    },
    get closed() {
      return finishReason !== null;
    },
    get begun() {
      return space.visible || hasReasoning || calls > 0;
    },
    end() {
      // `load` and `unload` answer requests without messages, which are never sent.
      if (finishReason === 'load' || finishReason === 'unload') {
        return {
          fault: 'empty_answer',
          message: `the model was only loaded or unloaded (done_reason "${finishReason}")`,
        };
      }
      const verdict = judgeAnswer({
        hasText: space.visible,
        hasReasoning,
        hasToolCalls: calls > 0,
        refusal: '',
        finishReason,
      });
      if (demandsCall && calls === 0 && 'finish' in verdict && verdict.finish === 'stop') {
        return { fault: 'invalid_answer', message: 'a call of a tool was demanded, and the model wrote words instead' };
      }
      return verdict;
    },
  };
}

/** Arguments are an object; a model's text that is none is handed on as it is, to be judged as such. */
function argumentsOf(called: Record<string, unknown>): string {
  const given = called['arguments'];
  return typeof given === 'string' ? given : JSON.stringify(isRecord(given) ? given : {});
}

/** Both counts or none: older versions leave the prompt's out where they had it in memory, and 0 would be a lie. */
function readUsage(line: Record<string, unknown>): ProviderEvent[] {
  const { prompt_eval_count, eval_count, total_duration, load_duration, prompt_eval_duration, eval_duration } = line;
  const inputTokens = numberAt(line, 'prompt_eval_count');
  const outputTokens = numberAt(line, 'eval_count');
  if (inputTokens === undefined || outputTokens === undefined) return [];
  const raw = { prompt_eval_count, eval_count, total_duration, load_duration, prompt_eval_duration, eval_duration };
  return [{ type: 'usage', usage: normalizeUsage({ inputTokens, outputTokens }), reportedCost: null, raw }];
}

function readLogprobs(line: Record<string, unknown>): readonly TokenLogprob[] {
  return listAt(line, 'logprobs').flatMap((raw) => {
    const token = toToken(raw);
    if (!token || !isRecord(raw)) return [];
    return [{ ...token, top: listAt(raw, 'top_logprobs').flatMap((each) => toToken(each) ?? []) }];
  });
}

function toToken(raw: unknown): { token: string; logprob: number } | undefined {
  if (!isRecord(raw)) return undefined;
  const logprob = numberAt(raw, 'logprob');
  return logprob === undefined ? undefined : { token: textAt(raw, 'token') ?? '', logprob };
}
