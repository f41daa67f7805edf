import { type CompletionRequest, type Message, textOf } from '../../domain/completion-request.ts';
import { formatInWords } from '../format-in-words.ts';
import type { ProviderCall } from '../provider.ts';
import { untranslatable } from '../untranslatable.ts';

/** A request as the two texts that a command-line tool takes. */
export interface RenderedPrompt {
  /** Instructions, '' where there are none. */
  readonly system: string;
  readonly prompt: string;
}

/** Lines that tools take for a command, a file to read, a note to keep or an option, rather than for words. */
const MISREAD = /^\s*[/!@#&-]/;

/**
 * The messages as text. A lone message of the user stays as it is; anything else becomes a transcript whose marks occur
 * in no message, so that none can pass as another. Throws `untranslatable` for what no text can say.
 */
export function renderPrompt(call: ProviderCall): RenderedPrompt {
  const { request } = call;
  refuse(call);
  const isInstruction = ({ role }: Message) => role === 'system' || role === 'developer';
  const instructions = request.messages.filter(isInstruction).map(({ content }) => textOf(content));
  if (request.responseFormat) instructions.push(formatInWords(request.responseFormat));
  const system = instructions.join('\n\n');
  const turns = request.messages.filter((message) => !isInstruction(message));
  const [only] = turns;
  const text = only ? textOf(only.content) : '';
  const plain = turns.length === 1 && only?.role === 'user' && !MISREAD.test(text);
  const prompt = plain ? text : transcriptOf(turns);
  if (`${system}${prompt}`.includes('\0')) {
    throw untranslatable(call, 'A command-line tool takes no NUL characters; take them out of the messages.');
  }
  return { system, prompt };
}

/** Instructions and prompt as one text, for tools that take no instructions apart. */
export function joinPrompt({ system, prompt }: RenderedPrompt): string {
  if (system === '') return prompt;
  const tag = freeTag('instructions', [system, prompt]);
  return `Follow these instructions in your answer:\n<${tag}>\n${system}\n</${tag}>\n\n${prompt}`;
}

function refuse(call: ProviderCall): void {
  const { messages, tools = [], logprobs, stop = [] } = call.request;
  if (tools.length > 0 || messages.some(usesTools)) {
    throw untranslatable(
      call,
      'A command-line model has no tools of its own; leave capabilities.toolCalling off, and they are emulated.',
    );
  }
  if (messages.some(({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'image'))) {
    throw untranslatable(call, 'A command-line model takes no images; ask another one.');
  }
  if (logprobs) throw untranslatable(call, 'A command-line model tells no log probabilities; leave `logprobs` out.');
  if (stop.length > 0) throw untranslatable(call, 'A command-line model takes no stop sequences; leave `stop` out.');
}

function usesTools(message: Message): boolean {
  return message.role === 'tool' || (message.role === 'assistant' && (message.toolCalls?.length ?? 0) > 0);
}

function transcriptOf(turns: CompletionRequest['messages']): string {
  const texts = turns.map(({ content }) => textOf(content));
  const tag = freeTag('message', texts);
  const blocks = turns.map(({ role }, index) => `<${tag} role="${role}">\n${texts[index]}\n</${tag}>`);
  const what = turns.length === 1 ? 'This is a message' : 'This is a conversation, the oldest message first';
  return `${what}. Answer the last message, and write nothing but the answer.\n\n${blocks.join('\n')}`;
}

/** A tag that none of the texts contains. */
function freeTag(word: string, texts: readonly string[]): string {
  const isTaken = (tag: string) => texts.some((text) => text.includes(`<${tag}`) || text.includes(`</${tag}`));
  for (let number = 1; ; number++) {
    const tag = number === 1 ? word : `${word}-${number}`;
    if (!isTaken(tag)) return tag;
  }
}
