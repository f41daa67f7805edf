import { type Message, textOf } from '../domain/completion-request.ts';
import { type CompressionLimits, compressionExtent, type SegmentSize } from './compression-steps.ts';
import { type Segment, toSegments } from './segments.ts';
import { emptied, shortenSegment, signaturesOf } from './shorten-segment.ts';
import { nothingSeen } from './weigh-sentence.ts';

export type CountTokens = (messages: readonly Message[]) => number;

/** A conversation made shorter. */
export interface Compressed {
  readonly messages: readonly Message[];
  /** Of the conversation, before and after. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** The part that was shortened as it is sent now, without what is kept word for word; a summary may take its place. */
  readonly shortened: readonly Message[];
  /** The same with a summary in place of what was shortened. */
  withSummary(summary: string): readonly Message[];
}

/** Says to the model what it reads; part of the conversation from the first step on. */
export const SHORTENED_NOTE = `[Earlier turns were shortened to save tokens; “…” and notes in brackets stand for what was left out.]`;
const SUMMARY_NOTE = '[Summary of the earlier turns, which were left out to save tokens:]';
/** A first message up to this many tokens is kept word for word: it says what it is all about. */
const LONGEST_FIRST = 1_500;

/**
 * Shortens the older part of a conversation, where it is long or large. Kept word for word are system messages, the
 * first user message (unless it is very long), the last turns, above all the newest user message and what follows it,
 * and in the shortened part every sentence that states something. A tool call and its result stay together or go
 * together. Pure, and stable from turn to turn: see `compressionExtent`. null where nothing is to be done.
 */
export function compressConversation(
  messages: readonly Message[],
  count: CountTokens,
  limits: CompressionLimits & { readonly around: number },
): Compressed | null {
  const segments = toSegments(messages);
  if (!isPressed(segments, count(messages) + limits.around, limits)) return null;
  const newest = segments.findLastIndex(({ kind }) => kind === 'user');
  const first = segments.findIndex(({ kind }) => kind === 'user');
  const isFixed = (segment: Segment, index: number) =>
    segment.kind === 'fixed' || index === newest || (index === first && count(segment.messages) <= LONGEST_FIRST);
  // A single message, however long, is the newest one.
  if (segments.every(isFixed)) return null;
  const short = shortenAll(segments, isFixed, () => false);
  const sizes = segments.map((segment, index): SegmentSize => {
    const full = count(segment.messages);
    return {
      full,
      short: Math.min(full, count(short[index] ?? [])),
      isFixed: isFixed(segment, index),
      beginsTurn: segment.kind === 'user' && segments[index - 1]?.kind !== 'user',
    };
  });
  const { shortened, dropped } = compressionExtent(sizes, limits.around, limits);
  if (shortened === 0) return null;

  const older = segments.slice(0, shortened);
  const rest = segments.slice(shortened).flatMap((segment) => segment.messages);
  const kept = older.map(isFixed);
  const made = (hasStale(older) ? shortenStale(older, isFixed) : short.slice(0, shortened)).map((part, index) =>
    index < dropped && !kept[index] ? [] : part,
  );
  const old = pairUp(older, made);
  const oldOnly = old.filter((_, index) => !kept[index]).flat();
  const fixed = older.filter((_, index) => kept[index]).flatMap((segment) => segment.messages);
  const result = withNote(old.flat(), oldOnly[0]).concat(rest);
  return {
    messages: result,
    tokensBefore: count(messages),
    tokensAfter: count(result),
    shortened: oldOnly,
    withSummary: (summary) => {
      const note: Message = { role: 'assistant', content: `${SUMMARY_NOTE}\n${summary}` };
      return [...fixed, note, ...rest];
    },
  };
}

/** Whether anything can be to do at all: most conversations are short, and need not be read for that. */
function isPressed(segments: readonly Segment[], tokens: number, { high, longTurns }: CompressionLimits): boolean {
  if (tokens > high) return true;
  return longTurns !== null && segments.filter(({ kind }) => kind === 'user').length > longTurns;
}

/** Each segment shortened, by what stood before it alone, so that a longer conversation begins in the same way. */
function shortenAll(
  segments: readonly Segment[],
  isFixed: (segment: Segment, index: number) => boolean,
  isStale: (signature: string, index: number) => boolean,
): readonly (readonly Message[])[] {
  const seen = nothingSeen();
  const lastShort = segments.findLastIndex((segment, index) => !isFixed(segment, index));
  return segments.map((segment, index) => {
    if (index > lastShort) return segment.messages;
    const short = shortenSegment(segment, seen, (signature) => isStale(signature, index));
    return isFixed(segment, index) ? segment.messages : short;
  });
}

/** Whether a tool was called twice in the same way. */
function hasStale(segments: readonly Segment[]): boolean {
  const signatures = segments.flatMap(signaturesOf);
  return new Set(signatures).size < signatures.length;
}

/** The same, without results of tools that a later call within the shortened part has replaced. */
function shortenStale(
  segments: readonly Segment[],
  isFixed: (segment: Segment, index: number) => boolean,
): readonly (readonly Message[])[] {
  const latest = new Map<string, number>();
  for (const [index, segment] of segments.entries()) {
    for (const signature of signaturesOf(segment)) latest.set(signature, index);
  }
  return shortenAll(segments, isFixed, (signature, index) => (latest.get(signature) ?? index) > index);
}

/** An exchange of which nothing is left goes as a whole; where one side is left, the other keeps its place. */
function pairUp(segments: readonly Segment[], made: readonly (readonly Message[])[]): readonly (readonly Message[])[] {
  const isEmpty = (index: number) => made[index]?.length === 0;
  return segments.map((segment, index) => {
    if (!isEmpty(index)) return made[index] ?? [];
    const isUser = segment.kind === 'user';
    const partner = isUser ? index + 1 : index - 1;
    const hasPartner = segments[partner]?.kind === (isUser ? 'assistant' : 'user');
    return hasPartner && !isEmpty(partner) ? emptied(segment) : [];
  });
}

/** Puts the note before the first message that was shortened. */
function withNote(messages: readonly Message[], first: Message | undefined): Message[] {
  return messages.map((message): Message => {
    if (message !== first || message.role === 'tool') return message;
    const content = `${SHORTENED_NOTE}\n${textOf(message.content)}`;
    return message.role === 'assistant' ? { ...message, content } : { role: 'user', content };
  });
}
