import type { ParsedLanguage } from '../domain/check.ts';
import type { TaskType } from '../domain/task.ts';
import { fencedBlocks } from './fenced-block.ts';
import type { SyntaxFault } from './languages/language.ts';
import { languageOfFence, loadLanguage } from './languages/load-language.ts';

export interface GatedAnswer {
  readonly text: string;
  readonly task: TaskType;
  /** The caller's stop sequences: a fence that one of them ended is no fault. */
  readonly stop?: readonly string[];
}

/** Work whose answer is code. */
const CODE_TASKS: ReadonlySet<TaskType> = new Set<TaskType>([
  'coding',
  'code_generation',
  'refactoring',
  'debugging',
  'testing',
  'api_integration',
]);

/** Longer answers that begin like a refusal go on to help. */
const LONGEST_REFUSAL = 400;
const LONGEST_CODE = 200_000;
const REFUSAL = new RegExp(
  "^(?:(?:i(?:['\u2019]m| am) (?:really |very |so )?sorry|sorry|my apologies|i apologi[sz]e|unfortunately)[,.!]?\\s*(?:but\\s+)?)?" +
    '(?:as an ai(?: language)?(?: model| assistant)?,?\\s*)?' +
    "i(?:['\u2019]m| am)?\\s*(?:can['\u2019]?t|cannot|can not|won['\u2019]?t|will not|(?:not able|unable) to|must decline to|have to decline to)\\s+" +
    '(?:help|assist|comply|provide|fulfil+|do that|complete|create|write|generate|produce|answer|support|engage|continue|discuss|share|offer)\\b',
  'i',
);

/**
 * Whether a whole answer looks like none: a refusal in words, code that breaks off inside its fence, code that does not
 * parse. Null for everything else, and always for ordinary prose. A doubt only: it may be wrong, so it sends a request
 * to another model where there is one, and is no reason to withhold an answer.
 */
export async function doubtOf({ text, task, stop }: GatedAnswer): Promise<string | null> {
  const trimmed = text.trim();
  if (trimmed.length <= LONGEST_REFUSAL && REFUSAL.test(trimmed)) return 'it looks like a refusal';
  if (!CODE_TASKS.has(task) || trimmed.length > LONGEST_CODE || !trimmed.includes('```')) return null;
  const blocks = fencedBlocks(trimmed);
  const [block] = blocks;
  if (!stop?.length && blocks.some(({ closed }) => !closed)) return 'its code breaks off inside a code fence';
  if (!block || blocks.length > 1 || !block.closed) return null;
  const language = languageOfFence(block.language);
  if (language === null) return null;
  const fault = await faultIn(block.code, language);
  // Code with gaps left on purpose is an illustration.
  if (!fault || /^\s*(?:\.\.\.|\u2026)|<[a-z][\w ]*>/im.test(block.code)) return null;
  return `its ${language} does not parse (line ${fault.line}: ${fault.message})`;
}

async function faultIn(code: string, language: ParsedLanguage): Promise<SyntaxFault | null> {
  const findFault = await loadLanguage(language);
  try {
    return findFault(code);
  } catch {
    // A parser that stumbles says nothing of the answer, and nobody has asked for it.
    return null;
  }
}
