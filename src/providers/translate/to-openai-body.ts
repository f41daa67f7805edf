import type { ChatCompletionCreateParams, ChatCompletionTool } from 'openai/resources/chat/completions';
import type { CompletionRequest, Message, ResponseFormat, ToolDefinition } from '../../domain/completion-request.ts';
import type { ProviderCall } from '../provider.ts';
import type { Quirks } from '../quirks.ts';
import { hasCacheMarks, toCacheControl, type WireCacheControl } from './to-cache-control.ts';
import { toOpenAiMessages } from './to-openai-messages.ts';

/** OpenAI's request, with OpenRouter's switch for reported cost. */
export type OpenAiBody = ChatCompletionCreateParams & { usage?: { include: true } };

/**
 * One attempt as the body of `POST /chat/completions`, in the dialect that the provider's quirks describe. Its keys always
 * come in the same order, and a message does not depend on what follows it: the next turn's body begins with the same
 * bytes up to the end of this turn's messages, which is what prompt caches live on.
 */
export function toOpenAiBody(call: ProviderCall, quirks: Quirks): OpenAiBody {
  const { request, deployment } = call;
  const streaming = deployment.capabilities.streaming;
  const marked = quirks.cacheControl && hasCacheMarks(request);
  return {
    model: deployment.upstreamModel,
    messages: toOpenAiMessages(withDemandedFormat(request, quirks), quirks, marked),
    [quirks.maxTokensField]: call.maxOutputTokens,
    ...toolParams(request, marked),
    ...formatParams(request.responseFormat, quirks),
    ...samplingParams(request, quirks, deployment.upstreamModel),
    ...(request.stop?.length ? { stop: [...request.stop] } : {}),
    ...(streaming ? { stream: true, stream_options: { include_usage: true } } : { stream: false }),
    ...(quirks.reportsCost ? { usage: { include: true } } : {}),
  };
}

/**
 * The body as JSON text that every parser accepts: halves of surrogate pairs, which `JSON.stringify` writes as escapes
 * that strict parsers refuse, become U+FFFD. Costs nothing where there are none.
 */
export function toJson(body: OpenAiBody): string {
  const json = JSON.stringify(body);
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json;
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\uFFFD') : value,
  );
}

function toolParams(request: CompletionRequest, marked: boolean) {
  if (!request.tools?.length) return {};
  const choice = request.toolChoice;
  return {
    tools: request.tools.map((tool) => toTool(tool, marked)),
    ...(choice === undefined
      ? {}
      : { tool_choice: typeof choice === 'string' ? choice : { type: 'function' as const, function: choice } }),
    ...(request.parallelToolCalls === undefined ? {} : { parallel_tool_calls: request.parallelToolCalls }),
  };
}

function toTool(tool: ToolDefinition, marked: boolean): ChatCompletionTool & { cache_control?: WireCacheControl } {
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      parameters: { ...tool.parameters },
      ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    },
    ...(marked && tool.cacheControl ? { cache_control: toCacheControl(tool.cacheControl) } : {}),
  };
}

function formatParams(format: ResponseFormat | undefined, quirks: Quirks) {
  if (!format || quirks.responseFormat === 'ignored') return {};
  if (format.type === 'json_object' || quirks.responseFormat === 'object') {
    return { response_format: { type: 'json_object' as const } };
  }
  return {
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: format.name, schema: { ...format.schema }, ...strictness(format.schema) },
    },
  };
}

/** OpenAI's strict mode refuses schemas whose objects are open, so it is asked for only where the outermost is closed. */
function strictness(schema: Readonly<Record<string, unknown>>) {
  return schema['additionalProperties'] === false ? { strict: true } : {};
}

function samplingParams(request: CompletionRequest, quirks: Quirks, upstreamModel: string) {
  const free = !quirks.fixedSampling?.test(upstreamModel);
  return {
    ...(free && request.temperature !== undefined ? { temperature: request.temperature } : {}),
    ...(free && request.topP !== undefined ? { top_p: request.topP } : {}),
    ...(quirks.seed && request.seed !== undefined ? { seed: request.seed } : {}),
  };
}

/**
 * The messages, with the demanded format put into words where the provider does not take it as a parameter. The words
 * stand right after the leading system messages, so that the prefix stays the same from call to call.
 */
function withDemandedFormat(request: CompletionRequest, quirks: Quirks): readonly Message[] {
  const format = request.responseFormat;
  if (!format || quirks.responseFormat === 'schema') return request.messages;
  if (format.type === 'json_object' && quirks.responseFormat === 'object') return request.messages;
  const schema =
    format.type === 'json_schema' ? ` that satisfies this JSON Schema: ${JSON.stringify(format.schema)}` : '';
  const demand: Message = {
    role: 'system',
    content: `Answer with one JSON object${schema}. Write the JSON only, without a code fence and without other words.`,
  };
  const firstTurn = request.messages.findIndex((each) => each.role !== 'system' && each.role !== 'developer');
  const at = firstTurn < 0 ? request.messages.length : firstTurn;
  return [...request.messages.slice(0, at), demand, ...request.messages.slice(at)];
}
