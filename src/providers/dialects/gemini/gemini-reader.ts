import type { TokenLogprob } from '../../../domain/completion-outcome.ts';
import { isRecord } from '../../../lib/json-value.ts';
import { createLeadingSpace } from '../../leading-space.ts';
import { type FailureContext, failureFromAnswer } from '../../map-failure.ts';
import { createOwnCallId } from '../../own-call-id.ts';
import type { ProviderCall, ProviderEvent } from '../../provider.ts';
import { type AnswerPiece, type AnswerReader, malformed } from '../../read-answer.ts';
import { listAt, numberAt, recordAt, textAt } from '../../read-json.ts';
import { markSignature } from '../../signature-mark.ts';
import type { ToolNames } from '../../tool-names.ts';
import { judgeGeminiAnswer } from './judge-gemini-answer.ts';
import { readGeminiUsage } from './read-gemini-usage.ts';

/** Reads an answer of `generateContent`, chunk by chunk or as one document. */
export function createGeminiReader(context: FailureContext, call: ProviderCall, names: ToolNames): AnswerReader {
  const space = createLeadingSpace();
  const ownCallId = createOwnCallId(call.request);
  const oneCallOnly = call.request.parallelToolCalls === false;
  let accepted = false;
  let generationId: string | null = null;
  let hasReasoning = false;
  let calls = 0;
  let finishReason: string | null = null;
  let detail = '';
  let blocked: string | null = null;

  const readCall = (called: Record<string, unknown>, signature: string | undefined): ProviderEvent[] => {
    const name = textAt(called, 'name');
    // The others would be answered one after the other anyway: the model makes them again in its next turn.
    if (name === undefined || (oneCallOnly && calls > 0)) return [];
    const index = calls++;
    return [
      {
        type: 'tool_call',
        index,
        id: textAt(called, 'id') ?? ownCallId(generationId, index),
        name: names.fromWire(name),
        arguments: JSON.stringify(recordAt(called, 'args') ?? {}),
        ...(signature === undefined ? {} : { signature }),
      },
    ];
  };
  const readPart = (part: Record<string, unknown>): ProviderEvent[] => {
    const signature = textAt(part, 'thoughtSignature');
    const called = recordAt(part, 'functionCall');
    if (called) return readCall(called, signature);
    const events: ProviderEvent[] = [];
    const text = textAt(part, 'text') ?? '';
    if (part['thought'] === true) {
      if (text !== '') events.push({ type: 'reasoning', text });
      hasReasoning ||= text !== '';
    } else {
      const visible = space.pass(text);
      if (visible !== '') events.push({ type: 'text', text: visible });
    }
    if (signature !== undefined) {
      events.push({ type: 'reasoning_end', signature: markSignature('gemini', signature) });
    }
    return events;
  };
  const readChunk = (chunk: Record<string, unknown>): ProviderEvent[] => {
    const error = chunk['error'];
    if (error) throw failureFromAnswer(error, context);
    const events: ProviderEvent[] = [];
    generationId = textAt(chunk, 'responseId') ?? generationId;
    if (!accepted) {
      accepted = true;
      events.push({ type: 'accepted', generationId, upstreamModel: textAt(chunk, 'modelVersion') ?? null });
    }
    const feedback = recordAt(chunk, 'promptFeedback');
    const reason = feedback && textAt(feedback, 'blockReason');
    if (feedback && reason) blocked = textAt(feedback, 'blockReasonMessage') ?? `the prompt was blocked (${reason})`;
    const candidate = firstCandidate(chunk);
    if (candidate) {
      const content = recordAt(candidate, 'content') ?? {};
      for (const part of listAt(content, 'parts')) if (isRecord(part)) events.push(...readPart(part));
      const tokens = readLogprobs(candidate);
      if (tokens.length > 0) events.push({ type: 'logprobs', tokens });
      finishReason = textAt(candidate, 'finishReason') ?? finishReason;
      detail = textAt(candidate, 'finishMessage') ?? detail;
    }
    const raw = recordAt(chunk, 'usageMetadata');
    const usage = raw && readGeminiUsage(raw);
    if (usage) events.push({ type: 'usage', usage, reportedCost: null, raw });
    return events;
  };

  return {
    read(piece) {
      const events = chunksOf(piece, context).flatMap(readChunk);
      // A document that parses came whole, so nothing is missing but the word for it.
      if (piece.type === 'document' && blocked === null) finishReason ??= 'STOP';
      return events;
    },
    get finished() {
      return finishReason !== null || blocked !== null;
    },
    get begun() {
      return space.visible || hasReasoning || calls > 0;
    },
    end() {
      if (blocked !== null) return { fault: 'content_refused', message: blocked };
      const facts = { hasText: space.visible, hasReasoning, hasToolCalls: calls > 0, refusal: '', finishReason };
      return judgeGeminiAnswer(facts, detail);
    },
  };
}

/** The chunks of a piece: without `alt=sse` the stream of chunks is one JSON list. */
function chunksOf(piece: AnswerPiece, context: FailureContext): readonly Record<string, unknown>[] {
  if (piece.type === 'event') return [piece.data];
  const chunks = [piece.document].flat();
  const isAnswer = (chunk: unknown): chunk is Record<string, unknown> =>
    isRecord(chunk) &&
    ['candidates', 'promptFeedback', 'usageMetadata', 'error'].some((key) => Object.hasOwn(chunk, key));
  if (chunks.length === 0 || !chunks.every(isAnswer)) {
    throw malformed('the answer is JSON, but no generated content', context);
  }
  return chunks;
}

/** We never ask for more than one candidate; another index would be somebody else's text. */
function firstCandidate(chunk: Record<string, unknown>): Record<string, unknown> | undefined {
  return listAt(chunk, 'candidates')
    .filter(isRecord)
    .find((candidate) => (numberAt(candidate, 'index') ?? 0) === 0);
}

function readLogprobs(candidate: Record<string, unknown>): readonly TokenLogprob[] {
  const result = recordAt(candidate, 'logprobsResult') ?? {};
  const alternatives = listAt(result, 'topCandidates');
  return listAt(result, 'chosenCandidates').flatMap((chosen, index) => {
    const token = toToken(chosen);
    if (!token) return [];
    const top = alternatives[index];
    return [{ ...token, top: isRecord(top) ? listAt(top, 'candidates').flatMap((each) => toToken(each) ?? []) : [] }];
  });
}

function toToken(raw: unknown): { token: string; logprob: number } | undefined {
  if (!isRecord(raw)) return undefined;
  const logprob = numberAt(raw, 'logProbability');
  return logprob === undefined ? undefined : { token: textAt(raw, 'token') ?? '', logprob };
}
