import type { CompletionRequest } from '../../../domain/completion-request.ts';
import type { ProviderCall } from '../../provider.ts';
import type { ToolNames } from '../../tool-names.ts';
import { untranslatable } from '../../untranslatable.ts';
import { limitCacheMarks } from './limit-cache-marks.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';
import { toFormat } from './to-anthropic-format.ts';
import { toAnthropicMessages } from './to-anthropic-messages.ts';
import { toThinking } from './to-anthropic-thinking.ts';
import { toToolParams } from './to-anthropic-tools.ts';
import type { AnthropicBody, WireMessage, WireOutputConfig } from './wire.ts';

/**
 * One attempt as the body of `POST /messages`. Its keys always come in the same order, and a message does not depend on
 * what follows it, so that the next turn's body begins with the same bytes. Throws `untranslatable` for what the API
 * cannot be asked for. `seed` and penalties are wishes that it does not know, and are left out.
 */
export function toAnthropicBody(call: ProviderCall, names: ToolNames): AnthropicBody {
  const { request, deployment } = call;
  if (request.logprobs) throw untranslatable(call, 'Anthropic tells no log probabilities; leave `logprobs` out.');
  const traits = traitsOf(deployment.upstreamModel);
  const { format, demand, prefill } = toFormat(call, traits);
  const { system, messages } = toAnthropicMessages(call, names);
  if (messages.at(-1)?.role === 'assistant' && !traits.prefill) {
    throw untranslatable(
      call,
      `${deployment.upstreamModel} does not go on from a message of the assistant; end the messages with the user's.`,
    );
  }
  const { tools, tool_choice } = toToolParams(call, names, traits);
  const { thinking, effort } = toThinking(call, traits, tool_choice);
  const outputConfig: WireOutputConfig = { ...(effort ? { effort } : {}), ...(format ? { format } : {}) };
  const whole = demand === undefined ? system : [...system, { type: 'text' as const, text: demand }];
  return limitCacheMarks({
    model: deployment.upstreamModel,
    max_tokens: call.maxOutputTokens,
    ...(tools ? { tools } : {}),
    ...(tool_choice ? { tool_choice } : {}),
    ...(whole.length > 0 ? { system: whole } : {}),
    messages: prefill === undefined ? messages : [...messages, begun(prefill)],
    ...(thinking ? { thinking } : {}),
    ...(effort || format ? { output_config: outputConfig } : {}),
    ...samplingParams(request, traits, thinking !== undefined && thinking.type !== 'disabled'),
    ...stopParams(call),
    stream: deployment.capabilities.streaming,
  });
}

/** What the answer to a call begins with, although the provider will not say it again. */
export function prefillOf(call: ProviderCall): string {
  return toFormat(call, traitsOf(call.deployment.upstreamModel)).prefill ?? '';
}

function begun(prefill: string): WireMessage {
  return { role: 'assistant', content: [{ type: 'text', text: prefill }] };
}

/**
 * Temperature ends at 1, where OpenAI's goes on to 2. With thinking none of the three may be set; beside a temperature
 * newer models refuse `top_p`.
 */
function samplingParams({ temperature, topP, topK }: CompletionRequest, { sampling }: ModelTraits, thinks: boolean) {
  if (!sampling || thinks) return {};
  return {
    ...(temperature === undefined ? {} : { temperature: Math.min(Math.max(temperature, 0), 1) }),
    ...(topP === undefined || temperature !== undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

function stopParams(call: ProviderCall) {
  const { stop } = call.request;
  if (!stop?.length) return {};
  if (stop.some((each) => each.trim() === '')) {
    throw untranslatable(
      call,
      'Anthropic cannot stop at white space alone; name a stop sequence with visible characters.',
    );
  }
  return { stop_sequences: [...stop] };
}
