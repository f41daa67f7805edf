import type { ChatCompletionCreateParams, ChatCompletionTool } from 'openai/resources/chat/completions';
import type { CompletionRequest, Message, ResponseFormat, ToolDefinition } from '../../../domain/completion-request.ts';
import { hasCacheMarks, toCacheControl, type WireCacheControl } from '../../cache-control.ts';
import { formatInWords } from '../../format-in-words.ts';
import type { ProviderCall } from '../../provider.ts';
import { allowedName } from '../../tool-names.ts';
import { untranslatable } from '../../untranslatable.ts';
import type { Quirks } from './quirks.ts';
import { OPENAI_NAMES, toOpenAiMessages } from './to-openai-messages.ts';
import { type OpenRouterReasoning, reasoningParams } from './to-reasoning-params.ts';

/** OpenAI's request, with what OpenRouter and servers for open models take beside it. */
export type OpenAiBody = ChatCompletionCreateParams & {
  usage?: { include: true };
  reasoning?: OpenRouterReasoning;
  top_k?: number;
};

/**
 * One attempt as the body of `POST /chat/completions`, in the dialect that the provider's quirks describe. Its keys always
 * come in the same order, and a message does not depend on what follows it: the next turn's body begins with the same
 * bytes up to the end of this turn's messages, which is what prompt caches live on.
 */
export function toOpenAiBody(call: ProviderCall, quirks: Quirks): OpenAiBody {
  const { request, deployment } = call;
  const model = deployment.upstreamModel;
  if (request.logprobs && (!quirks.logprobs || quirks.fixedSampling?.test(model))) {
    throw untranslatable(
      call,
      `${model} tells no log probabilities at ${deployment.provider}; leave \`logprobs\` out.`,
    );
  }
  const streaming = deployment.capabilities.streaming;
  const marked = quirks.cacheControl && hasCacheMarks(request);
  return {
    model,
    messages: toOpenAiMessages(withDemandedFormat(request, quirks), quirks, marked, model),
    [quirks.maxTokensField]: call.maxOutputTokens,
    ...toolParams(request, marked),
    ...formatParams(request.responseFormat, quirks),
    ...samplingParams(request, quirks, model),
    ...reasoningParams(request, quirks, model),
    ...(request.stop?.length ? { stop: [...request.stop] } : {}),
    ...(streaming ? { stream: true, stream_options: { include_usage: true } } : { stream: false }),
    ...(quirks.reportsCost ? { usage: { include: true } } : {}),
  };
}

function toolParams(request: CompletionRequest, marked: boolean) {
  if (!request.tools?.length) return {};
  const choice = request.toolChoice;
  return {
    tools: request.tools.map((tool) => toTool(tool, marked)),
    ...(choice === undefined
      ? {}
      : {
          tool_choice:
            typeof choice === 'string'
              ? choice
              : { type: 'function' as const, function: { name: allowedName(choice.name, OPENAI_NAMES) } },
        }),
    ...(request.parallelToolCalls === undefined ? {} : { parallel_tool_calls: request.parallelToolCalls }),
  };
}

function toTool(tool: ToolDefinition, marked: boolean): ChatCompletionTool & { cache_control?: WireCacheControl } {
  return {
    type: 'function',
    function: {
      name: allowedName(tool.name, OPENAI_NAMES),
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
      json_schema: { name: format.name, schema: { ...format.schema }, ...strictness(format) },
    },
  };
}

/**
 * OpenAI's strict mode refuses schemas whose objects are open, so it is asked for only where the outermost is closed, or
 * where the caller says so.
 */
function strictness({ strict, schema }: Extract<ResponseFormat, { type: 'json_schema' }>) {
  if (strict !== undefined) return { strict };
  return schema['additionalProperties'] === false ? { strict: true } : {};
}

function samplingParams(request: CompletionRequest, quirks: Quirks, upstreamModel: string) {
  const free = !quirks.fixedSampling?.test(upstreamModel);
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty, logprobs } = request;
  return {
    ...(free && temperature !== undefined ? { temperature } : {}),
    ...(free && topP !== undefined ? { top_p: topP } : {}),
    ...(quirks.topK && topK !== undefined ? { top_k: topK } : {}),
    ...(quirks.seed && seed !== undefined ? { seed } : {}),
    ...(free && quirks.penalties && presencePenalty !== undefined ? { presence_penalty: presencePenalty } : {}),
    ...(free && quirks.penalties && frequencyPenalty !== undefined ? { frequency_penalty: frequencyPenalty } : {}),
    ...(logprobs ? { logprobs: true, ...(logprobs.top > 0 ? { top_logprobs: logprobs.top } : {}) } : {}),
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
  const demand: Message = { role: 'system', content: formatInWords(format) };
  const firstTurn = request.messages.findIndex((each) => each.role !== 'system' && each.role !== 'developer');
  const at = firstTurn < 0 ? request.messages.length : firstTurn;
  return [...request.messages.slice(0, at), demand, ...request.messages.slice(at)];
}
