import { type CompletionRequest, type Message, textOf } from '../domain/completion-request.ts';
import type { TaskType } from '../domain/task.ts';
import { renderTranscript } from './render-transcript.ts';

/** A request whose text can be read in parts: what is asked, and the text. */
export interface DividedRequest {
  /** What stands around the text, word for word: before it, and after it. */
  readonly before: string;
  readonly after: string;
  readonly material: string;
  readonly system: readonly Message[];
}

/** Up to so many characters the last user message is what is asked, and the text is in the messages before it. */
const LONGEST_ASK = 6_000;
/** Characters of the beginning and of the end of a long message that may hold what is asked. */
const EDGE = 1_500;

/** Work that can be done from notes on each part. */
const READING: ReadonlySet<TaskType> = new Set<TaskType>([
  'analysis',
  'research',
  'question_answering',
  'data_extraction',
  'structured',
  'structured_output',
  'json_generation',
  'repository_analysis',
  'code_review',
]);
const COURTESY = String.raw`(?:^|[.!?:;,\n]\s*|\b(?:please|kindly|bitte|can you|could you|would you|i want you to|i need you to|your task is to|and|then)\s+)`;
const READ = new RegExp(
  `${COURTESY}(?:summari[sz]e|sum up|condense|digest|outline|extract|list|find|search|look for|locate|identify|name|count|collect|gather|report|describe|explain|analy[sz]e|classify|compare|review|tell me|answer|give me|which|what|who|whom|whose|when|where|why|how|does|do|did|is|are|was|were|has|have|fasse|extrahiere|finde|suche|nenne|liste|wer|was|wann|wo|wie|welche[rsnm]?)\\b`,
  'i',
);
const READ_NOUN =
  /\b(?:summary|tl;?dr|key (?:points|facts)|overview|abstract|takeaways|action items|zusammenfassung)\b/i;
const WRITE = new RegExp(
  `${COURTESY}(?:translate|rewrite|rephrase|paraphrase|refactor|convert|reformat|proofread|correct|continue|complete|repeat|edit|implement|port|migrate|minify|format|clean up|annotate|übersetze|schreibe .{0,20} um)\\b`,
  'i',
);

/**
 * A request divided into what is asked and the text that it is asked of; null where it cannot be done in parts: where
 * the whole text is to be worked over, tools are to be called, or images are to be seen.
 */
export function divideRequest(request: CompletionRequest, task: TaskType): DividedRequest | null {
  const { messages } = request;
  if (!mayBeDivided(request)) return null;
  const system = messages.filter(isSystem);
  const talk = messages.filter((message) => !isSystem(message));
  const last = talk.at(-1);
  if (last?.role !== 'user') return null;
  const text = textOf(last.content);
  const earlier = talk.slice(0, -1);
  const divided =
    text.length <= LONGEST_ASK
      ? { before: '', after: text, material: renderTranscript(earlier), system }
      : { ...edgesOf(text), material: [renderTranscript(earlier), text].filter(Boolean).join('\n\n'), system };
  return isReading(divided, task) ? divided : null;
}

/** Whether dividing is to be thought of at all, which can be told before anybody knows what kind of task it is. */
export function mayBeDivided({ messages, tools, toolChoice }: CompletionRequest): boolean {
  if (tools && tools.length > 0 && toolChoice !== 'none') return false;
  return !messages.some(hasImage);
}

function isReading({ before, after }: DividedRequest, task: TaskType): boolean {
  const asks = [before, after];
  if (asks.some((ask) => READ.test(ask) || READ_NOUN.test(ask))) return true;
  return READING.has(task) && !asks.some((ask) => WRITE.test(ask));
}

/** The first and the last paragraph of a long message, as far as they are short enough to be what is asked. */
function edgesOf(text: string): { readonly before: string; readonly after: string } {
  const trimmed = text.trim();
  const head = trimmed.slice(0, EDGE);
  const tail = trimmed.slice(-EDGE);
  return {
    before: firstOf(head, [/\n\s*\n/, /\n/, /(?<=[.!?:])\s/]),
    after: lastOf(tail, [/\n\s*\n/g, /\n/g, /(?<=[.!?:])\s/g]),
  };
}

function firstOf(text: string, boundaries: readonly RegExp[]): string {
  const at = boundaries.map((boundary) => text.search(boundary)).find((index) => index > 0);
  return text.slice(0, at ?? text.length).trim();
}

function lastOf(text: string, boundaries: readonly RegExp[]): string {
  for (const boundary of boundaries) {
    const at = [...text.matchAll(boundary)].at(-1)?.index;
    if (at !== undefined) return text.slice(at).trim();
  }
  return text.trim();
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function hasImage({ content }: Message): boolean {
  return Array.isArray(content) && content.some(({ type }) => type === 'image');
}
