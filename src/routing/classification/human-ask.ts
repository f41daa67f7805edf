import type { CompletionRequest, Message } from '../../domain/completion-request.ts';
import { stripHarness } from './harness-text.ts';

/** Texts longer than this are looked at in two windows, their beginning and their end. */
const WHOLE_LIMIT = 64 * 1024;
const SEARCH_WINDOW = 32 * 1024;
/** What is left of the ask is read in two windows of this size. */
const READ_WINDOW = 8 * 1024;
/** How many messages are searched backwards for a human turn. */
const MESSAGES_SEARCHED = 64;

export interface HumanAsk {
  /** The words of the human, at most about 16 kB: the beginning and the end of a longer ask. */
  readonly text: string;
  /** Something of a harness was left out. */
  readonly stripped: boolean;
  /** An earlier turn was taken, because the last ones hold no human words. */
  readonly earlier: boolean;
}

/**
 * The last thing that a human asked for: the last user message with text that is not a harness's. Tool results, system
 * and assistant messages are no asks. Empty where no human turn has words.
 */
export function lastHumanAsk(request: CompletionRequest): HumanAsk {
  const { messages } = request;
  let stripped = false;
  let earlier = false;
  const end = Math.max(0, messages.length - MESSAGES_SEARCHED);
  for (let i = messages.length - 1; i >= end; i--) {
    const message = messages[i];
    if (message?.role !== 'user') continue;
    const raw = lengthOfText(message);
    const text = humanText(message);
    stripped ||= text.length < Math.min(raw, 2 * READ_WINDOW);
    if (hasWords(text)) return { text, stripped, earlier };
    earlier = true;
  }
  return { text: '', stripped, earlier: false };
}

function humanText(message: Message): string {
  if (typeof message.content === 'string') return readable(message.content);
  const parts: string[] = [];
  for (const part of message.content ?? []) if (part.type === 'text') parts.push(readable(part.text));
  return parts.length === 1 ? (parts[0] ?? '') : ends(parts.join('\n'));
}

function lengthOfText(message: Message): number {
  if (typeof message.content === 'string') return message.content.length;
  let length = 0;
  for (const part of message.content ?? []) if (part.type === 'text') length += part.text.length;
  return length;
}

function readable(text: string): string {
  if (text.length <= WHOLE_LIMIT) return ends(stripHarness(text));
  const head = stripHarness(text.slice(0, SEARCH_WINDOW), true);
  const tail = stripHarness(text.slice(-SEARCH_WINDOW), true);
  return ends(`${head}\n${tail}`);
}

function ends(text: string): string {
  if (text.length <= 2 * READ_WINDOW) return text;
  return `${text.slice(0, READ_WINDOW)}\n${text.slice(-READ_WINDOW)}`;
}

/** Whether there is anything to read: a letter or a digit of any script. */
function hasWords(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80 || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) {
      return true;
    }
  }
  return false;
}
