import { STOP_WORDS } from './stop-words.ts';
import { pairsOf, UNSEGMENTED, unsegmentedRuns } from './unsegmented-script.ts';

/** A long question has no more to say than its first words; the bound keeps a search cheap. */
export const MAX_SEARCH_WORDS = 32;

const RUN = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
/** What the index makes tokens of; a run of combining marks alone is none. */
const TOKEN = /[\p{L}\p{N}\p{Co}]/u;

/**
 * The words of a query worth searching for: lower case, each once, in order, without stop words unless there is
 * nothing else. Runs of scripts without spaces become overlapping pairs of letters.
 */
export function searchWords(query: string): string[] {
  const words = distinct((query.normalize('NFC').toLowerCase().match(RUN) ?? []).flatMap(wordsOfRun));
  const telling = words.filter((word) => !STOP_WORDS.has(fold(word)));
  return (telling.length > 0 ? telling : words).slice(0, MAX_SEARCH_WORDS);
}

function wordsOfRun(run: string): string[] {
  const segmented = run.split(UNSEGMENTED).filter((part) => TOKEN.test(part));
  return [...segmented, ...unsegmentedRuns(run).flatMap(pairsOf)];
}

function distinct(words: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const word of words) if (!seen.has(fold(word))) seen.set(fold(word), word);
  return [...seen.values()];
}

/** Without diacritics, as the index compares. */
function fold(word: string): string {
  return word.normalize('NFD').replace(/[\u0300-\u0331]/g, '');
}
