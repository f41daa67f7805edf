import type { AnthropicBody, Markable } from './wire.ts';

/** The API refuses a request with more. */
const MOST_MARKS = 4;

/**
 * A body whose cache marks the API takes: four at most, and none of an hour behind one of five minutes. Of more than four
 * the first two stay, which end tools and system, and the last two, where this turn writes and the turn before it wrote.
 * A mark of an hour behind one of five minutes lasts five minutes, which is the cheaper way to keep both.
 */
export function limitCacheMarks(body: AnthropicBody): AnthropicBody {
  const marks = marksIn(body);
  const firstShort = marks.findIndex(({ ttl }) => ttl === undefined);
  const lastLong = marks.findLastIndex(({ ttl }) => ttl !== undefined);
  if (marks.length <= MOST_MARKS && (firstShort < 0 || lastLong < firstShort)) return body;
  let seen = 0;
  let isShort = false;
  const limit = <T extends Markable>(item: T): T => {
    if (!item.cache_control) return item;
    const { cache_control: mark, ...bare } = item;
    const place = seen++;
    if (place >= MOST_MARKS / 2 && place < marks.length - MOST_MARKS / 2) return bare as T;
    isShort ||= mark.ttl === undefined;
    return isShort ? { ...item, cache_control: { type: 'ephemeral' } } : item;
  };
  return {
    ...body,
    ...(body.tools ? { tools: body.tools.map(limit) } : {}),
    ...(body.system ? { system: body.system.map(limit) } : {}),
    messages: body.messages.map((message) => ({
      ...message,
      content: message.content.map((block) => ('cache_control' in block ? limit(block) : block)),
    })),
  };
}

/** In the order in which the API reads them. */
function marksIn({ tools = [], system = [], messages }: AnthropicBody) {
  const items: readonly object[] = [...tools, ...system, ...messages.flatMap(({ content }) => content)];
  return items.flatMap((item) => (item as Markable).cache_control ?? []);
}
