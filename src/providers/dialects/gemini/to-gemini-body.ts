import type { CompletionRequest, ToolDefinition } from '../../../domain/completion-request.ts';
import { formatInWords } from '../../format-in-words.ts';
import type { ProviderCall } from '../../provider.ts';
import type { NameRule, ToolNames } from '../../tool-names.ts';
import { untranslatable } from '../../untranslatable.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';
import { toThinkingConfig } from './thinking-config.ts';
import { toGeminiContents } from './to-gemini-contents.ts';
import { toGeminiParameters, toGeminiSchema } from './to-gemini-schema.ts';
import type { FunctionCallingConfig, FunctionDeclaration, GeminiBody, GeminiPart, GenerationConfig } from './wire.ts';

/** A function's name begins with a letter or an underscore. */
export const GEMINI_NAMES: NameRule = { forbidden: /^[^a-zA-Z_]|[^a-zA-Z0-9_.:-]/g, maxLength: 64 };

const MOST_STOP_SEQUENCES = 5;
const MOST_LOGPROBS = 20;
const SEEDS = 2 ** 31;

/**
 * One attempt as the body of `generateContent`. Its keys always come in the same order, and a turn does not depend on
 * what follows it, so that the next turn's body begins with the same bytes. Throws `untranslatable`.
 */
export function toGeminiBody(call: ProviderCall, names: ToolNames): GeminiBody {
  const { request, deployment } = call;
  const traits = traitsOf(deployment.upstreamModel);
  const { system, contents } = toGeminiContents(call, names);
  const hasTools = (request.tools?.length ?? 0) > 0;
  const formatAsWords = hasTools && !traits.formatWithTools;
  const parts = [...system, ...demandsInWords(request, hasTools, formatAsWords)];
  return {
    ...(parts.length > 0 ? { systemInstruction: { parts } } : {}),
    ...toolParams(request, names),
    contents,
    generationConfig: toGenerationConfig(call, traits, formatAsWords),
  };
}

/** What the API has no field for, as sentences at the end of the instructions. */
function demandsInWords(request: CompletionRequest, hasTools: boolean, formatAsWords: boolean): GeminiPart[] {
  const parts: GeminiPart[] = [];
  if (hasTools && request.parallelToolCalls === false) {
    parts.push({ text: 'Call at most one function at a time, and wait for its result.' });
  }
  if (formatAsWords && request.responseFormat) parts.push({ text: formatInWords(request.responseFormat) });
  return parts;
}

function toolParams(request: CompletionRequest, names: ToolNames): Pick<GeminiBody, 'tools' | 'toolConfig'> {
  if (!request.tools?.length) return {};
  const config = toCallingConfig(request.toolChoice, names);
  return {
    tools: [{ functionDeclarations: request.tools.map((tool) => toDeclaration(tool, names)) }],
    ...(config ? { toolConfig: { functionCallingConfig: config } } : {}),
  };
}

function toDeclaration({ name, description, parameters }: ToolDefinition, names: ToolNames): FunctionDeclaration {
  const schema = toGeminiParameters(parameters);
  return {
    name: names.toWire(name),
    ...(description === undefined ? {} : { description }),
    ...(schema ? { parametersJsonSchema: schema } : {}),
  };
}

function toCallingConfig(choice: CompletionRequest['toolChoice'], names: ToolNames): FunctionCallingConfig | undefined {
  switch (choice) {
    case undefined:
      return undefined;
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    default:
      return { mode: 'ANY', allowedFunctionNames: [names.toWire(choice.name)] };
  }
}

function toGenerationConfig(call: ProviderCall, traits: ModelTraits, formatAsWords: boolean): GenerationConfig {
  const { request, maxOutputTokens } = call;
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty, stop, logprobs, responseFormat } = request;
  if (stop && stop.length > MOST_STOP_SEQUENCES) {
    throw untranslatable(call, `Gemini takes ${MOST_STOP_SEQUENCES} stop sequences at most; these are ${stop.length}.`);
  }
  const thinkingConfig = toThinkingConfig(request.reasoning, traits);
  return {
    maxOutputTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    // The API's seeds have 32 bits; a larger one still gives the same answer for the same seed.
    ...(seed === undefined ? {} : { seed: Math.abs(Math.trunc(seed)) % SEEDS }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...(stop?.length ? { stopSequences: [...stop] } : {}),
    ...(responseFormat && !formatAsWords ? { responseMimeType: 'application/json' as const } : {}),
    ...(responseFormat?.type === 'json_schema' && !formatAsWords
      ? { responseJsonSchema: toGeminiSchema(responseFormat.schema) }
      : {}),
    ...(logprobs ? { responseLogprobs: true as const } : {}),
    ...(logprobs && logprobs.top > 0 ? { logprobs: Math.min(logprobs.top, MOST_LOGPROBS) } : {}),
    ...(thinkingConfig ? { thinkingConfig } : {}),
  };
}
