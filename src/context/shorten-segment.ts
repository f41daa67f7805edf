import { type Message, type TextPart, type ToolCall, textOf } from '../domain/completion-request.ts';
import type { Segment } from './segments.ts';
import { GAP, shortenText } from './shorten-text.ts';
import type { Seen } from './weigh-sentence.ts';

/** Results of tools up to this many characters are kept. */
const LONGEST_RESULT = 1_200;
const SHOWN_ARGUMENTS = 120;

type Assistant = Message & { readonly role: 'assistant' };

/** The same call of the same tool: what it gave earlier is out of date. */
export function callSignature({ name, arguments: args }: ToolCall): string {
  return `${name} ${args}`;
}

/** Signatures of all tool calls of a segment. */
export function signaturesOf({ messages }: Segment): readonly string[] {
  return messages.flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []).map(callSignature) : [],
  );
}

/**
 * A segment in fewer words; [] where nothing is left of it. A tool call and its result are kept together, or left out
 * together with a note: where the result is long, or where the same call was made again later (`isStale`).
 */
export function shortenSegment(
  segment: Segment,
  seen: Seen,
  isStale: (signature: string) => boolean,
): readonly Message[] {
  const [first, ...results] = segment.messages;
  if (segment.kind === 'fixed' || first === undefined) return segment.messages;
  if (first.role === 'user') {
    const text = shortenText(userText(first.content), 'user', seen);
    return text === '' ? [] : [{ role: 'user', content: withMark(text, first) }];
  }
  return first.role === 'assistant' ? shortenAssistant(first, results, seen, isStale) : segment.messages;
}

/** What stands for a message that must be there, since the other side of the exchange is. */
export function emptied(segment: Segment): readonly Message[] {
  return [{ role: segment.kind === 'user' ? 'user' : 'assistant', content: GAP }];
}

function shortenAssistant(
  message: Assistant,
  results: readonly Message[],
  seen: Seen,
  isStale: (signature: string) => boolean,
): readonly Message[] {
  const notes: string[] = [];
  const calls: ToolCall[] = [];
  const kept: Message[] = [];
  for (const call of message.toolCalls ?? []) {
    const own = results.filter((result) => result.role === 'tool' && result.toolCallId === call.id);
    const length = own.reduce((sum, { content }) => sum + textOf(content).length, 0);
    if (length <= LONGEST_RESULT && !isStale(callSignature(call)) && own.length > 0) {
      calls.push(call);
      kept.push(...own);
    } else notes.push(noteOf(call, length, isStale(callSignature(call))));
  }
  const said = shortenText(textOf(message.content), 'assistant', seen);
  const text = [said, ...notes].filter((part) => part !== '').join('\n');
  if (text === '' && calls.length === 0) return [];
  const content = text === '' ? null : withMark(text, message);
  return [{ role: 'assistant', content, ...(calls.length > 0 && { toolCalls: calls }) }, ...kept];
}

function noteOf({ name, arguments: args }: ToolCall, length: number, stale: boolean): string {
  const shown = args.length > SHOWN_ARGUMENTS ? `${args.slice(0, SHOWN_ARGUMENTS)}${GAP}` : args;
  const why = stale ? 'called again later' : `${length} characters`;
  return `[tool call ${name} ${shown} and its result left out: ${why}]`;
}

function userText(content: (Message & { readonly role: 'user' })['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '[image left out]')).join('\n');
}

/** The mark of a prefix that a provider may cache stays where the caller put it. */
function withMark(text: string, { content }: Message): string | readonly TextPart[] {
  const mark = Array.isArray(content) ? content.findLast((part) => part.cacheControl !== undefined) : undefined;
  return mark?.cacheControl === undefined ? text : [{ type: 'text', text, cacheControl: mark.cacheControl }];
}
