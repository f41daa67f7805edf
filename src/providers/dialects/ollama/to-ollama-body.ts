import type { CompletionRequest, ResponseFormat, ToolDefinition } from '../../../domain/completion-request.ts';
import { formatInWords } from '../../format-in-words.ts';
import type { ProviderCall } from '../../provider.ts';
import { contextSize } from './context-size.ts';
import { toThink } from './thinking.ts';
import { toOllamaMessages } from './to-ollama-messages.ts';
import type { OllamaBody, OllamaMessage, OllamaOptions, OllamaTool } from './wire.ts';

/** One attempt as the body of `POST /api/chat`. Throws `untranslatable`. */
export function toOllamaBody(call: ProviderCall): OllamaBody {
  const { request, deployment } = call;
  const tools = offeredTools(request);
  // A grammar for the answer would keep the model from calling a tool, so with tools the format is put into words.
  const format = tools.length === 0 ? request.responseFormat : undefined;
  const messages = withDemands(toOllamaMessages(call), demandsInWords(request, tools.length > 0));
  const think = toThink(request.reasoning, deployment.upstreamModel);
  const body = {
    model: deployment.upstreamModel,
    messages,
    ...(tools.length > 0 ? { tools: tools.map(toTool) } : {}),
    ...(format ? { format: toFormat(format) } : {}),
    ...(think === undefined ? {} : { think }),
    ...(request.logprobs ? { logprobs: true as const } : {}),
    ...(request.logprobs && request.logprobs.top > 0 ? { top_logprobs: request.logprobs.top } : {}),
    truncate: false as const,
    shift: false as const,
  };
  return {
    ...body,
    options: toOptions(call, contextSize(sizeOf(body, call), deployment.capabilities.contextWindow)),
    stream: deployment.capabilities.streaming,
  };
}

/** Ollama knows no choice of tools, but a model can call only what it is shown. */
function offeredTools({ tools = [], toolChoice }: CompletionRequest): readonly ToolDefinition[] {
  if (toolChoice === 'none') return [];
  return typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
}

/** What the API has no field for, as sentences of the prompt. */
function demandsInWords(request: CompletionRequest, hasTools: boolean): readonly string[] {
  if (!hasTools) return [];
  const demands: string[] = [];
  const { toolChoice, responseFormat } = request;
  if (toolChoice === 'required') demands.push('Answer with a call of one of the tools.');
  if (typeof toolChoice === 'object') demands.push(`Answer with a call of the tool ${toolChoice.name}.`);
  if (request.parallelToolCalls === false) demands.push('Call at most one tool at a time, and wait for its result.');
  if (responseFormat) demands.push(formatInWords(responseFormat));
  return demands;
}

/** The words stand right after the leading system messages, so that the prefix stays the same from turn to turn. */
function withDemands(messages: readonly OllamaMessage[], demands: readonly string[]): readonly OllamaMessage[] {
  if (demands.length === 0) return messages;
  const firstTurn = messages.findIndex(({ role }) => role !== 'system');
  const at = firstTurn < 0 ? messages.length : firstTurn;
  return [...messages.slice(0, at), { role: 'system', content: demands.join('\n') }, ...messages.slice(at)];
}

function toTool({ name, description, parameters }: ToolDefinition): OllamaTool {
  return { type: 'function', function: { name, ...(description === undefined ? {} : { description }), parameters } };
}

function toFormat(format: ResponseFormat): NonNullable<OllamaBody['format']> {
  return format.type === 'json_object' ? 'json' : format.schema;
}

/** Images are counted, not measured: their base64 is no text. */
function sizeOf({ messages, tools, format }: Partial<OllamaBody>, { maxOutputTokens }: ProviderCall) {
  const texts = messages?.map(({ images: _, ...rest }) => rest);
  return {
    json: JSON.stringify([texts, tools, format]),
    images: messages?.reduce((sum, { images }) => sum + (images?.length ?? 0), 0) ?? 0,
    output: maxOutputTokens,
  };
}

function toOptions({ request, maxOutputTokens }: ProviderCall, num_ctx: number): OllamaOptions {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty, stop } = request;
  return {
    num_ctx,
    num_predict: maxOutputTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
    ...(seed === undefined ? {} : { seed }),
    ...(presencePenalty === undefined ? {} : { presence_penalty: presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequency_penalty: frequencyPenalty }),
    ...(stop?.length ? { stop: [...stop] } : {}),
  };
}
