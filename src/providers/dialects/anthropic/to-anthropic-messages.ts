import type { Message, TextPart } from '../../../domain/completion-request.ts';
import { argumentsObject } from '../../arguments-object.ts';
import { type CallBook, createCallBook } from '../../call-book.ts';
import type { ProviderCall } from '../../provider.ts';
import type { NameRule, ToolNames } from '../../tool-names.ts';
import { toBlocks, toThinkingBlocks, toToolResult } from './to-anthropic-blocks.ts';
import type { WireBlock, WireImage, WireMessage, WireText, WireToolResult } from './wire.ts';

export interface WireConversation {
  readonly system: readonly WireText[];
  readonly messages: readonly WireMessage[];
}

/** Also the rule for the ids of calls. */
export const ANTHROPIC_NAMES: NameRule = { forbidden: /[^a-zA-Z0-9_-]/g, maxLength: 64 };

/** Stands where the API wants a message of the user and the conversation has none, or an empty one. */
const NOTHING: WireText = { type: 'text', text: '(no message)' };

/** One turn that is being put together: neighbours of the same role become one message. */
interface Turn {
  readonly role: 'user' | 'assistant';
  /** Of a user's turn: results, by the order of their calls. They come before everything else. */
  readonly results: (WireToolResult | undefined)[];
  readonly blocks: WireBlock[];
}

/**
 * A conversation in Anthropic's order: leading system messages apart, then turns of user and assistant that alternate and
 * begin with the user; results of tools in one message, right after their calls and in their order. A later system
 * message stays where it is, as a marked text in the user's turn: moving it to the front would change the prefix that
 * prompt caches live on. What a turn becomes does not depend on what follows it, but for the end of the last one.
 */
export function toAnthropicMessages(call: ProviderCall, names: ToolNames): WireConversation {
  const { messages } = call.request;
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const leading = first < 0 ? messages : messages.slice(0, first);
  const system = leading
    .flatMap(({ content }) => toBlocks(content ?? '', call))
    .filter((block) => block.type === 'text');
  const turns: Turn[] = [];
  const calls = createCallBook(call, ANTHROPIC_NAMES);
  const turnOf = (role: Turn['role']): Turn => {
    const last = turns.at(-1);
    if (last?.role === role) return last;
    const turn: Turn = { role, results: [], blocks: [] };
    turns.push(turn);
    return turn;
  };

  for (const message of first < 0 ? [] : messages.slice(first)) {
    switch (message.role) {
      case 'system':
      case 'developer': {
        const blocks = toInstruction(message.content, call);
        if (blocks.length > 0) turnOf('user').blocks.push(...blocks);
        break;
      }
      case 'user': {
        const blocks = toBlocks(message.content, call);
        turnOf('user').blocks.push(...(blocks.length > 0 ? blocks : [NOTHING]));
        break;
      }
      case 'assistant': {
        calls.expectNothing();
        const blocks = toAssistantBlocks(message, call, names, calls);
        if (blocks.length > 0) turnOf('assistant').blocks.push(...blocks);
        break;
      }
      case 'tool': {
        const { place, id } = calls.answer(message.toolCallId);
        const { result, images } = toToolResult(message, id, call);
        const turn = turnOf('user');
        turn.results[place] = result;
        turn.blocks.push(...images);
        break;
      }
    }
  }
  calls.expectNothing();
  return { system, messages: finish(turns) };
}

function toAssistantBlocks(
  message: Extract<Message, { role: 'assistant' }>,
  call: ProviderCall,
  names: ToolNames,
  calls: CallBook,
): WireBlock[] {
  const spoken = message.content === null ? [] : toBlocks(message.content, call);
  const uses = (message.toolCalls ?? []).map((toolCall): WireBlock => {
    const id = calls.open(toolCall.id);
    return { type: 'tool_use', id, name: names.toWire(toolCall.name), input: argumentsObject(toolCall.arguments) };
  });
  const blocks = [...spoken, ...uses];
  // Thinking alone is no turn: the API wants something behind it.
  return blocks.length > 0 ? [...toThinkingBlocks(message.reasoning), ...blocks] : [];
}

function toInstruction(content: string | readonly TextPart[], call: ProviderCall): (WireText | WireImage)[] {
  const parts: readonly TextPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const wrapped = parts
    .filter(({ text }) => text.trim() !== '')
    .map((part) => ({ ...part, text: `<system>\n${part.text}\n</system>` }));
  return toBlocks(wrapped, call);
}

/** The user begins; the last words of the assistant, which the model goes on from, must not end in white space. */
function finish(turns: readonly Turn[]): readonly WireMessage[] {
  const messages = turns.map(
    ({ role, results, blocks }): WireMessage => ({
      role,
      content: results.length > 0 ? [...results.filter((result) => result !== undefined), ...blocks] : blocks,
    }),
  );
  if (messages[0]?.role !== 'user') messages.unshift({ role: 'user', content: [NOTHING] });
  const last = messages.at(-1);
  const end = last?.content.at(-1);
  if (last?.role === 'assistant' && end?.type === 'text') {
    const content = [...last.content.slice(0, -1), { ...end, text: end.text.trimEnd() }];
    messages[messages.length - 1] = { ...last, content };
  }
  return messages;
}
