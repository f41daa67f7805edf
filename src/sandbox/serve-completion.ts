import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { ChatRequest } from './chat-request.ts';
import { type ComposedAnswer, composeAnswer } from './compose-answer.ts';
import { promptTokens as tokensOfPrompt } from './prompt-cache.ts';
import type { Reply } from './reply.ts';
import type { SandboxModel } from './sandbox-models.ts';
import type { Behaviour } from './script.ts';
import { countTokens } from './tokens.ts';

export interface CompletionContext {
  readonly clock: Clock;
  /** 1 as fast as the real model, 10 ten times as fast, 0 at once. */
  readonly speed: number;
  /** Tokens of the prompt that are in a simulated prompt cache, asked once for a prompt that is answered. */
  readonly cachedTokens: () => number;
}

/** Serves one chat completion as its model would, or as a script says. Rejects when the client goes away. */
export async function serveCompletion(
  request: ChatRequest,
  model: SandboxModel,
  behaviour: Behaviour,
  reply: Reply,
  { clock, speed, cachedTokens }: CompletionContext,
): Promise<void> {
  await reply.wait(behaviour.delayMs ?? 0);
  if (behaviour.hang) return reply.silence();
  if (behaviour.reset) return reply.cut('reset');
  if (behaviour.status !== undefined) return serveStatus(behaviour, behaviour.status, reply);
  const promptTokens = tokensOfPrompt(request).reduce((sum, tokens) => sum + tokens, 0);
  if (promptTokens > model.contextWindow) return refuseLength(model, promptTokens, reply);

  const answer = composeAnswer(request, model, behaviour);
  const pace: Pace = {
    firstTokenMs: behaviour.firstTokenMs ?? (speed === 0 ? 0 : model.firstTokenMs / speed),
    tokenMs: behaviour.tokenMs ?? (speed === 0 ? 0 : 1000 / model.tokensPerSecond / speed),
  };
  const facts: AnswerFacts = {
    id: `chatcmpl-sandbox-${fingerprint(request)}`,
    created: Math.floor(clock.now() / 1000),
    model: behaviour.model ?? request.model,
    usage: usageFor(promptTokens, cachedTokens(), answer, behaviour),
  };
  reply.entry.finishReason = answer.finishReason;
  if (request.stream) await serveStream(answer, facts, behaviour, pace, request.includeUsage, reply, clock);
  else await serveWhole(answer, facts, behaviour, pace, reply);
}

interface Pace {
  readonly firstTokenMs: number;
  readonly tokenMs: number;
}

interface AnswerFacts {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  /** null: none is reported. */
  readonly usage: unknown;
}

async function serveStatus(behaviour: Behaviour, status: number, reply: Reply): Promise<void> {
  const { body } = behaviour;
  const isText = typeof body === 'string';
  const fallback = { error: { message: `scripted status ${status}`, type: 'scripted', code: null } };
  reply.head(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...behaviour.headers });
  reply.write(isText ? body : JSON.stringify(body ?? fallback));
  await reply.end();
}

async function refuseLength(model: SandboxModel, promptTokens: number, reply: Reply): Promise<void> {
  const message = `This model's maximum context length is ${model.contextWindow} tokens; the messages have ${promptTokens}.`;
  const error = { message, type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' };
  return serveStatus({ body: { error } }, 400, reply);
}

async function serveWhole(
  answer: ComposedAnswer,
  facts: AnswerFacts,
  behaviour: Behaviour,
  pace: Pace,
  reply: Reply,
): Promise<void> {
  const { cutAfterTokens, stallAfterTokens, malformedAfterTokens, errorAfterTokens } = behaviour;
  await reply.wait(pace.firstTokenMs + pace.tokenMs * Math.max(0, answer.tokens.length - 1));
  const message = {
    role: 'assistant',
    content: answer.toolCalls.length > 0 && answer.tokens.length === 0 ? null : answer.tokens.join(''),
    ...(answer.reasoning.length > 0 ? { reasoning_content: answer.reasoning.join('') } : {}),
    ...(answer.toolCalls.length > 0 ? { tool_calls: answer.toolCalls.map(toWireCall) } : {}),
  };
  const completion = {
    id: facts.id,
    object: 'chat.completion',
    created: facts.created,
    model: facts.model,
    choices: [{ index: 0, message, finish_reason: answer.finishReason }],
    ...(facts.usage === null ? {} : { usage: facts.usage }),
  };
  const failed = errorAfterTokens !== undefined;
  const json = JSON.stringify(failed ? { error: behaviour.error ?? SCRIPTED_ERROR } : completion);
  reply.head(200, {
    'content-type': behaviour.contentType ?? 'application/json',
    'content-length': String(Buffer.byteLength(json)),
    ...behaviour.headers,
  });
  const broken = cutAfterTokens ?? stallAfterTokens;
  if (broken !== undefined) {
    reply.write(json.slice(0, json.length / 2));
    return cutAfterTokens === undefined ? reply.silence() : reply.cut('cut');
  }
  reply.write(malformedAfterTokens === undefined ? json : `{"choices": [${'x'.repeat(Buffer.byteLength(json) - 13)}`);
  reply.entry.sentTokens = answer.tokens.length;
  reply.entry.usage = facts.usage;
  await reply.end();
}

async function serveStream(
  answer: ComposedAnswer,
  facts: AnswerFacts,
  behaviour: Behaviour,
  pace: Pace,
  includeUsage: boolean,
  reply: Reply,
  clock: Clock,
): Promise<void> {
  reply.head(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...headersOf(behaviour) });
  const base = { id: facts.id, object: 'chat.completion.chunk', created: facts.created, model: facts.model };
  const usageInEach = behaviour.usage === 'each' ? { usage: facts.usage } : {};
  const send = (delta: unknown, finish: string | null = null) =>
    event(reply, { ...base, choices: [{ index: 0, delta, finish_reason: finish }], ...usageInEach });

  send({ role: 'assistant', content: '' });
  await reply.wait(pace.firstTokenMs);
  for (const text of answer.reasoning) send({ reasoning_content: text });
  const paced = createPacer(pace.tokenMs, reply, clock);
  const pieces = [...answer.tokens.map((content) => ({ content })), ...answer.toolCalls.flatMap(toolCallDeltas)];
  for (let sent = 0; sent <= pieces.length; sent++) {
    reply.entry.sentTokens = Math.min(sent, answer.tokens.length);
    if (sent === behaviour.cutAfterTokens) return reply.cut('cut');
    if (sent === behaviour.stallAfterTokens) return reply.silence();
    if (sent === behaviour.malformedAfterTokens) reply.write('data: {"id": "chatcmpl-broken", "choices": [{\n\n');
    if (sent === behaviour.errorAfterTokens) {
      event(reply, { error: behaviour.error ?? SCRIPTED_ERROR });
      return reply.end();
    }
    const piece = pieces[sent];
    if (piece === undefined) break;
    if (sent > 0 && sent < answer.tokens.length) await paced();
    send(piece);
  }
  if (answer.finishReason !== null) send({}, answer.finishReason);
  if (facts.usage !== null && (includeUsage || isScripted(behaviour.usage))) {
    reply.entry.usage = facts.usage;
    event(reply, { ...base, choices: [], usage: facts.usage });
  }
  if (behaviour.done !== false) reply.write('data: [DONE]\n\n');
  await (behaviour.end === false ? reply.silence() : reply.end());
}

const SCRIPTED_ERROR = { message: 'scripted error inside the answer', type: 'server_error', code: 502 };

function headersOf({ contentType, headers }: Behaviour): Record<string, string> {
  return { ...(contentType === undefined ? {} : { 'content-type': contentType }), ...headers };
}

function isScripted(usage: Behaviour['usage']): boolean {
  return usage !== undefined && usage !== 'none';
}

function event(reply: Reply, data: unknown): void {
  reply.write(`data: ${JSON.stringify(data)}\n\n`);
}

/** A tool call as real servers stream it: its name first, then its arguments in pieces. */
function toolCallDeltas(call: ComposedAnswer['toolCalls'][number], index: number): readonly unknown[] {
  const { id, name } = call;
  const deltas: unknown[] = [{ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }];
  for (let at = 0; at < call.arguments.length; at += 16) {
    deltas.push({ tool_calls: [{ index, function: { arguments: call.arguments.slice(at, at + 16) } }] });
  }
  return deltas;
}

function toWireCall({ id, name, arguments: text }: ComposedAnswer['toolCalls'][number]) {
  return { id, type: 'function', function: { name, arguments: text } };
}

/** Waits so that tokens keep their rate on the whole, although a timer cannot wait less than a millisecond. */
function createPacer(tokenMs: number, reply: Reply, clock: Clock): () => Promise<void> {
  let due = clock.monotonic();
  return async () => {
    due += tokenMs;
    const wait = due - clock.monotonic();
    if (wait >= 1) await reply.wait(wait);
  };
}

function usageFor(promptTokens: number, cachedTokens: number, answer: ComposedAnswer, behaviour: Behaviour): unknown {
  if (behaviour.usage === 'none') return null;
  if (typeof behaviour.usage === 'object') return behaviour.usage;
  const reasoning = answer.reasoning.length;
  const calls = answer.toolCalls.reduce((sum, call) => sum + countTokens(call.name + call.arguments) + 4, 0);
  const completionTokens = answer.tokens.length + reasoning + calls;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function fingerprint(request: ChatRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 16);
}
