import { type CompletionRequest, type Message, type ToolDefinition, textOf } from '../domain/completion-request.ts';
import { chainFingerprint, fingerprint } from '../lib/fingerprint.ts';

/**
 * A conversation so far, as fingerprints of ever longer prefixes: what a provider's prompt cache goes by. The texts
 * themselves are not in it. Position 0 stands for the tools, position n for the tools and the first n messages.
 */
export interface Conversation {
  /** The same for every turn: the tools, the leading system messages and the first turn after them. */
  readonly id: number;
  readonly chain: readonly number[];
  /** About the characters of each prefix. */
  readonly sizes: readonly number[];
  /** Some part carries a cache mark. */
  readonly marked: boolean;
  /** The position of the last mark that lasts an hour; -1: there is none. */
  readonly lastHourMark: number;
}

export type ReadConversation = (request: CompletionRequest) => Conversation;

interface MessagePrint {
  readonly print: number;
  readonly size: number;
  readonly mark: '5m' | '1h' | null;
}

/** About what an image takes, in characters. */
const IMAGE_SIZE = 4_800;
/** Around each message and tool, and for a tool's parameters, in characters. */
const MESSAGE_OVERHEAD = 16;
const PARAMETERS_SIZE = 240;

/**
 * Reads conversations, each request and each message once: whoever asks again for the same object gets what was found
 * then. Cache marks do not count, as clients move them from turn to turn; nor does how a text is split into parts.
 */
export function createConversationReader(): ReadConversation {
  const requests = new WeakMap<CompletionRequest, Conversation>();
  const messages = new WeakMap<Message, MessagePrint>();

  const printOf = (message: Message): MessagePrint => {
    const known = messages.get(message);
    if (known) return known;
    const print = printMessage(message);
    messages.set(message, print);
    return print;
  };
  return (request) => {
    const known = requests.get(request);
    if (known) return known;
    const conversation = readConversation(request, printOf);
    requests.set(request, conversation);
    return conversation;
  };
}

/** How many of the prefixes two conversations share; 0 where not even the tools are the same. */
export function sharedPrefixes(a: readonly number[], b: readonly number[]): number {
  // Where one prefix is the same, all shorter ones are, so the last common one is found by halving.
  let same = 0;
  let different = Math.min(a.length, b.length) + 1;
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    if (a[middle - 1] === b[middle - 1]) same = middle;
    else different = middle;
  }
  return same;
}

function readConversation(
  { messages, tools = [] }: CompletionRequest,
  printOf: (message: Message) => MessagePrint,
): Conversation {
  const head = printTools(tools);
  const chain = [head.print];
  const sizes = [head.size];
  let { print, size, marked } = head;
  let lastHourMark = head.lastsAnHour ? 0 : -1;
  for (const message of messages) {
    const next = printOf(message);
    print = chainFingerprint(print, next.print);
    size += next.size;
    marked ||= next.mark !== null;
    if (next.mark === '1h') lastHourMark = chain.length;
    chain.push(print);
    sizes.push(size);
  }
  const firstTurn = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  return { id: chain[firstTurn + 1] ?? print, chain, sizes, marked, lastHourMark };
}

function printMessage(message: Message): MessagePrint {
  const { role, content } = message;
  let print = fingerprint(textOf(content), role.length);
  let size = MESSAGE_OVERHEAD;
  let mark: MessagePrint['mark'] = null;
  if (typeof content === 'string') size += content.length;
  else {
    for (const part of content ?? []) {
      if (part.type === 'image') {
        print = fingerprint(part.url, print);
        size += IMAGE_SIZE;
        continue;
      }
      size += part.text.length;
      if (part.cacheControl && mark !== '1h') mark = part.cacheControl.ttl;
    }
  }
  if (message.role === 'tool') print = fingerprint(message.toolCallId, print);
  if (message.role === 'assistant') {
    for (const { id, name, arguments: args } of message.toolCalls ?? []) {
      print = fingerprint(args, fingerprint(name, fingerprint(id, print)));
      size += MESSAGE_OVERHEAD + args.length;
    }
  }
  return { print, size, mark };
}

/** Tools by name, description and the names of their parameters, which is where they differ. */
function printTools(tools: readonly ToolDefinition[]) {
  let print = tools.length;
  let size = 0;
  let marked = false;
  let lastsAnHour = false;
  for (const { name, description = '', parameters, cacheControl } of tools) {
    print = fingerprint(description, fingerprint(name, print));
    const properties = parameters['properties'];
    if (typeof properties === 'object' && properties !== null) {
      for (const property in properties) print = fingerprint(property, print);
    }
    size += name.length + description.length + PARAMETERS_SIZE;
    marked ||= cacheControl !== undefined;
    lastsAnHour ||= cacheControl?.ttl === '1h';
  }
  return { print, size, marked, lastsAnHour };
}
