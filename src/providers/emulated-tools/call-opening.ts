/** Names under which models write the parts of a call; ours come first. */
export const CALL_LISTS: readonly string[] = ['tool_calls', 'tool_call', 'function_call'];
export const NAME_KEYS: readonly string[] = ['name', 'tool', 'tool_name', 'function'];
export const ARGUMENT_KEYS: readonly string[] = ['arguments', 'parameters', 'args', 'input', 'tool_input'];

const FIRST_KEYS: ReadonlySet<string> = new Set([...CALL_LISTS, ...NAME_KEYS, ...ARGUMENT_KEYS, 'id', 'type']);
const LONGEST_KEY = 16;

/**
 * What a text that begins with a bracket begins like: a call, JSON about something else, or no JSON at all; null while
 * too little of it has come.
 */
export function opensLike(text: string): 'call' | 'json' | 'text' | null {
  const object = text.startsWith('[') ? text.slice(1).trimStart() : text;
  if (object === '') return null;
  if (!object.startsWith('{')) return 'text';
  const members = object.slice(1).trimStart();
  if (members === '') return null;
  if (!members.startsWith('"')) return 'text';
  const end = members.indexOf('"', 1);
  if (end < 0) return members.length > LONGEST_KEY ? 'json' : null;
  return FIRST_KEYS.has(members.slice(1, end)) ? 'call' : 'json';
}

/** Whether it begins as our own protocol does, so that nothing else can be meant. */
export function opensEnvelope(text: string): boolean {
  const head = text.slice(0, 64).replace(/\s/g, '');
  return CALL_LISTS.some((key) => head.startsWith(`{"${key}":`));
}

const FENCE = /^```[\w-]*$/;
const TAGS: readonly string[] = ['<tool_call>', '<tool_calls>'];

/**
 * Where the last line of a text begins, if it is what models put around a call: a code fence, or the tag that some were
 * trained on. `whole`: nothing of it is missing. -1 where it is something else.
 */
export function wrappingStart(text: string, whole: boolean): number {
  const trimmed = text.trimEnd();
  const start = trimmed.lastIndexOf('\n') + 1;
  const word = trimmed.slice(start).trim();
  if (word === '') return -1;
  if (FENCE.test(word) || TAGS.includes(word)) return start;
  return !whole && ('```'.startsWith(word) || TAGS.some((tag) => tag.startsWith(word))) ? start : -1;
}

const BETWEEN = /^(?:[\s,;\]]|```[\w-]*|<\/?tool_calls?>)+/;
const BEGINNING = /^(?:`{1,2}|<\/?[a-z_]*)$/;

/** What is left of a text behind a call once separators and the ends of wrappings are gone; null where more may come. */
export function behindSeparators(text: string): string | null {
  const rest = text.replace(BETWEEN, '');
  return rest === '' || BEGINNING.test(rest) ? null : rest;
}
