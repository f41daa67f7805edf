import type { CompletionRequest, ToolDefinition } from '../../domain/completion-request.ts';
import { ProviderFailure } from '../../domain/failure.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../provider.ts';
import { type CallParser, createCallParser } from './call-parser.ts';
import { describeTools } from './describe-tools.ts';
import { renderConversation } from './render-conversation.ts';
import { createToolEvents } from './tool-events.ts';

/**
 * A provider whose models can call tools although they have not learnt it: the tools are described in the prompt, calls
 * and results of earlier turns are put into words, and what the model writes as a call becomes one. Calls of models that
 * have tools of their own, and conversations without any, pass through as they are.
 *
 * A call that cannot be read, or that is missing where one was demanded, fails as `invalid_answer`.
 */
export function emulateTools(provider: Provider): Provider {
  return {
    ...provider,
    stream: (call, signal) =>
      needsEmulation(call) ? streamEmulated(provider, call, signal) : provider.stream(call, signal),
  };
}

function needsEmulation({ request, deployment }: ProviderCall): boolean {
  if (deployment.capabilities.toolCalling) return false;
  return (request.tools?.length ?? 0) > 0 || request.messages.some(isOfTools);
}

function isOfTools(message: CompletionRequest['messages'][number]): boolean {
  return message.role === 'tool' || (message.role === 'assistant' && (message.toolCalls?.length ?? 0) > 0);
}

async function* streamEmulated(
  provider: Provider,
  call: ProviderCall,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent> {
  const { request } = call;
  const offered = offeredTools(request);
  const plain = { ...call, request: withoutTools(request, offered) };
  if (offered.length === 0) {
    yield* provider.stream(plain, signal);
    return;
  }
  const parser = createCallParser(new Set(offered.map(({ name }) => name)));
  const events = createToolEvents(request);
  const fail = (why: string) => new ProviderFailure('invalid_answer', call.deployment.id, why);
  for await (const event of provider.stream(plain, signal)) {
    if (event.type === 'accepted') events.accepted(event.generationId);
    if (event.type === 'text') yield* events.of(parser.push(event.text));
    else if (event.type === 'finish') {
      const rest = parser.end();
      const isCut = event.reason === 'length' || event.reason === 'content_filter';
      const why = isCut ? null : faultOf(parser, request);
      if (why !== null) throw fail(why);
      yield* events.of(rest);
      yield* events.end();
      yield parser.calls > 0 ? { type: 'finish', reason: 'tool_calls' } : event;
    } else yield event;
  }
}

/** A demanded tool is the only one that is shown; where none may be called, none is. */
function offeredTools({ tools = [], toolChoice }: CompletionRequest): readonly ToolDefinition[] {
  if (toolChoice === 'none') return [];
  return typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
}

/** The demanded format goes into the instructions: as a parameter it would keep the model from writing a call. */
function withoutTools(request: CompletionRequest, offered: readonly ToolDefinition[]): CompletionRequest {
  const { tools: _, toolChoice: __, parallelToolCalls: ___, responseFormat, ...rest } = request;
  const instructions = offered.length > 0 ? describeTools(request, offered) : null;
  return {
    ...rest,
    messages: renderConversation(request.messages, instructions),
    ...(responseFormat && offered.length === 0 ? { responseFormat } : {}),
  };
}

function faultOf(parser: CallParser, { toolChoice }: CompletionRequest): string | null {
  if (parser.fault !== null) return `it tried to call a tool, but ${parser.fault}`;
  const demanded = toolChoice === 'required' || typeof toolChoice === 'object';
  return demanded && parser.calls === 0 ? 'a call of a tool was demanded, and it wrote words instead' : null;
}
