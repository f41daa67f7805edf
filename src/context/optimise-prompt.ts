import type { Message, TextPart } from '../domain/completion-request.ts';
import { splitBlocks } from './split-units.ts';

/** Paragraphs shorter than this may rightly stand twice. */
const LEAST_REPEATED = 60;
/** Two spaces at the end of a line break it in Markdown; inner runs of spaces align columns or are data. */
const HARD_BREAK = /[ \t]{2,}$/;
const ALIGNED = /\S(?: {2,}|\t)\S/;
const BULLET = /^\s*(?:[-*+•]|\d+[.)])\s/;

export interface PromptOptimisation {
  /** Also white space between paragraphs of user messages; else only system messages are touched. */
  readonly minimizeTokens: boolean;
}

/**
 * Messages without characters that mean nothing to a model. What is taken out: blank lines beyond one, a blank at the end
 * of a line of prose, and in system messages a long paragraph that stands there already, word for word. Everything else
 * stays byte for byte: every word, code, tables, data, indentation, hard line breaks, and whole assistant and tool messages.
 * Returns the same objects where nothing changes, so that a conversation begins alike in every turn.
 */
export function optimisePrompt(
  messages: readonly Message[],
  { minimizeTokens }: PromptOptimisation,
): readonly Message[] {
  const paragraphs = new Set<string>();
  let changed = false;
  const next = messages.map((message): Message => {
    const made = optimiseMessage(message, minimizeTokens, paragraphs);
    changed ||= made !== message;
    return made;
  });
  return changed ? next : messages;
}

function optimiseMessage(message: Message, minimizeTokens: boolean, paragraphs: Set<string>): Message {
  switch (message.role) {
    case 'system':
    case 'developer': {
      const content = mapText(message.content, (text) => withoutRepeats(tidy(text), paragraphs));
      return content === message.content ? message : { ...message, content };
    }
    case 'user': {
      if (!minimizeTokens) return message;
      const content = mapText(message.content, tidy);
      return content === message.content ? message : { ...message, content };
    }
    default:
      return message;
  }
}

/** The content with every text of it mapped; the same object where nothing changed. */
function mapText<Part extends TextPart | { readonly type: 'image' }>(
  content: string | readonly Part[],
  map: (text: string) => string,
): string | readonly Part[] {
  if (typeof content === 'string') return map(content) || content;
  let changed = false;
  const parts = content.map((part): Part => {
    const text = part.type === 'text' ? map(part.text) : null;
    if (part.type !== 'text' || text === null || text === '' || text === part.text) return part;
    changed = true;
    return { ...part, text };
  });
  return changed ? parts : content;
}

/** Blank lines and blanks at line ends that mean nothing, in texts that are prose from beginning to end or between blocks. */
function tidy(text: string): string {
  if (!/\n[ \t]*\n[ \t]*\n|[^ \t\n][ \t](?:\n|$)/.test(text)) return text;
  const lines = text.split('\n');
  const prose = proseLines(lines);
  const kept: string[] = [];
  let blanks = 0;
  for (const [index, line] of lines.entries()) {
    if (line.trim() !== '') {
      const isLast = index === lines.length - 1;
      kept.push(prose[index] && !isLast && !HARD_BREAK.test(line) ? line.replace(/[ \t]$/, '') : line);
      blanks = 0;
      continue;
    }
    blanks++;
    // Blank lines inside of code or data, and those around it, may be part of it.
    const isBetweenProse = isProseAround(prose, lines, index);
    if (!isBetweenProse || blanks === 1) kept.push(isBetweenProse ? '' : line);
  }
  return kept.join('\n');
}

function isProseAround(prose: readonly boolean[], lines: readonly string[], at: number): boolean {
  let before = at;
  while (before >= 0 && lines[before]?.trim() === '') before--;
  let after = at;
  while (after < lines.length && lines[after]?.trim() === '') after++;
  return before >= 0 && after < lines.length && prose[before] === true && prose[after] === true;
}

/** Which lines are prose. One line of code or data in a paragraph makes all of the paragraph data. */
function proseLines(lines: readonly string[]): readonly boolean[] {
  const prose = new Array<boolean>(lines.length).fill(false);
  for (const { kind, start } of splitBlocks(lines)) if (kind === 'prose') prose[start] = true;
  for (let at = 0; at < lines.length; ) {
    const end = endOfRun(lines, at);
    const isProse = lines.slice(at, end).every((line, index) => prose[at + index] === true && looksLikeProse(line));
    prose.fill(isProse, at, end);
    at = end;
  }
  return prose;
}

/** The line behind a run of lines that are all blank, or all not. */
function endOfRun(lines: readonly string[], at: number): number {
  const isBlank = lines[at]?.trim() === '';
  let end = at + 1;
  while (end < lines.length && (lines[end]?.trim() === '') === isBlank) end++;
  return end;
}

/** Letters, most of all, in words of a sentence or a list, not indented and not aligned. */
function looksLikeProse(line: string): boolean {
  if (/^\s/.test(line) && !BULLET.test(line)) return false;
  if (ALIGNED.test(line.replace(BULLET, '').trim()) || /[{}<>|\\=`$]|[;:]\s*$|^\s*(?:[#@>]|\/\/|--|[+-]\S)/.test(line))
    return false;
  const others = line.replace(/\p{L}+/gu, '').replace(/^\s+|\s+$/g, '').length;
  return others <= line.trim().length * 0.4 && /\p{L}{2,}\s+\p{L}/u.test(line);
}

/** Without paragraphs of prose that stand in the system messages already. */
function withoutRepeats(text: string, paragraphs: Set<string>): string {
  const lines = text.split('\n');
  const runs: { readonly start: number; readonly end: number; readonly isRepeated: boolean }[] = [];
  for (let at = 0; at < lines.length; ) {
    const end = endOfRun(lines, at);
    const paragraph = lines.slice(at, end).join('\n');
    runs.push({ start: at, end, isRepeated: paragraph.length >= LEAST_REPEATED && paragraphs.has(paragraph) });
    if (paragraph.trim() !== '') paragraphs.add(paragraph);
    at = end;
  }
  if (!runs.some(({ isRepeated }) => isRepeated)) return text;
  const prose = proseLines(lines);
  const kept: string[] = [];
  let skipsBlanks = false;
  for (const { start, end, isRepeated } of runs) {
    const isBlank = lines[start]?.trim() === '';
    // The blank lines behind a paragraph go with it.
    if (isBlank && skipsBlanks) continue;
    skipsBlanks = isRepeated && prose[start] === true;
    if (!skipsBlanks) kept.push(...lines.slice(start, end));
  }
  // At the end there are none behind it, so those before it go.
  if (skipsBlanks) while (kept.length > 0 && kept.at(-1)?.trim() === '') kept.pop();
  return kept.join('\n');
}
