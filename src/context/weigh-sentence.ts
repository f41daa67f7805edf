import { COMMON_WORDS } from './common-words.ts';

/** What of a conversation was seen before a sentence: words and whole sentences. Grows as the conversation is read. */
export interface Seen {
  readonly words: Set<string>;
  readonly sentences: Set<string>;
  /** Four words in a row, of very long sentences. */
  readonly phrases: Set<string>;
}

export function nothingSeen(): Seen {
  return { words: new Set(), sentences: new Set(), phrases: new Set() };
}

/** Places in a conversation that carry a number, but no fact: "turn 17", "message number 3". */
const NUMBERING =
  /\b(?:turn|message|question|reply|answer|response|round|exchange|iteration|paragraph|filler|part|nachricht|frage)\s*(?:number|no\.?|nr\.?|#)?\s*\d+\b[:.)]?/giu;
const NUMBER = /\d/;
/** Addresses, paths, names of programs and of things in them, quoted words. */
const EXACT =
  /https?:|\bwww\.|[\w.+-]+@[\w-]+\.\w|`[^`]+`|[“"«][^”"»]{2,60}[”"»]|(?:^|\s)[~.]{0,2}\/[\w.-]+\/|\b[A-Za-z]+_[A-Za-z_]+\b|\b[a-z]+[A-Z]\w*\b|\b[A-Z]{2,}\b|\b\w+\.(?:\w+\.)*[a-z]{2,4}\b|\b\w+-\w+-\w+\b|[€$£¥%°]/u;
const TIME =
  /\b(?:january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|midnight|dozen|hundred|thousand|million|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|twice|half|quarter|weekly|daily|monthly)\b/i;
const DECISION =
  /\b(?:decid\w*|decision|agree[ds]?|chose\w*|chosen|choose|settle[ds]?|go(?:ing)? with|will use|we use|must\w*|should|shall|have to|ha[sd] to|require\w*|need(?:s|ed)? to|prefer\w*|rather than|instead|always|only|rule|policy|deadline|due|remember|note that|important|careful|reject\w*|accept\w*|approv\w*|cancel\w*|correct\w*|wrong|changed?|replac\w*|moved?|renam\w*|rename|switch\w*|because|allerg\w*|hate[sd]?|love[sd]?|favou?rite|blocked|broken|fix\w*|bug|secret|password|codename|called|named|owner|owns|responsible|leads?|lives?|born|works? (?:at|for|in))\b/i;
const NEGATION =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|except|unless|cannot|avoid\w*|forbid\w*|stop|don't|do not|\w+n['’]t|fails?|failed|refus\w*|lack\w*|missing|nicht|kein\w*|nie|ohne|pas|jamais|sans|nunca|sin)\b/i;
const STATEMENT =
  /\b(?:is|are|was|were|am|has|have|had|means?|equals?|costs?|uses?|runs?|keeps?|stands?|belongs?|contains?|comes?|stays?|starts?|begins?|ends?|lies|i['’]m|it['’]s|we['’]re)\b/i;

/** From this on a sentence is kept. */
export const KEEP = 1;

/**
 * How much a sentence would be missed: `KEEP` or more where it states something that nobody could guess: figures, names, addresses, code, decisions,
 * negations, or what was not spoken of before. Of an author who reports (`user`), plain statements count, too. Text that
 * is not recognised as English is judged by figures, exact words and novelty alone.
 */
export function weighSentence(sentence: string, author: 'user' | 'assistant', seen: Seen): number {
  if (seen.sentences.has(normalised(sentence))) return 0;
  const bare = sentence.replace(NUMBERING, ' ');
  if (NUMBER.test(bare) || EXACT.test(bare)) return 3;
  const words = wordsOf(bare);
  const content = words.filter((word) => !COMMON_WORDS.has(word));
  const fresh = content.filter((word) => !seen.words.has(stem(word))).length;
  const novelty = content.length === 0 ? 0 : fresh / content.length;
  const isSaying = () => NEGATION.test(bare) || TIME.test(bare) || hasName(bare) || DECISION.test(bare);
  // A short remark costs less than to leave it out by mistake.
  if (author === 'user' && words.length <= 12 && content.length > 0 && isSaying()) return 2;
  if (author === 'user' && words.length <= 8) return fresh > 0 ? 2 : 0;
  if (fresh === 0 || (novelty < 0.2 && fresh < 2)) return 0;
  if (isSaying()) return 2;
  const isEnglish = words.length < 4 || words.length - content.length >= words.length * 0.2;
  if (!isEnglish) return novelty >= 0.3 ? 1 : 0;
  if (author === 'assistant') return 0;
  return STATEMENT.test(bare) ? (novelty >= 0.34 ? 1 : 0) : novelty >= 0.5 ? 1 : 0;
}

/** Notes a sentence as seen. */
export function remember(sentence: string, seen: Seen): void {
  seen.sentences.add(normalised(sentence));
  for (const word of wordsOf(sentence)) seen.words.add(stem(word));
}

/** A capital letter where the language demands none; at the beginning, a word that is not a usual one. */
function hasName(sentence: string): boolean {
  const words = sentence.match(/[\p{L}\p{M}'’-]+/gu) ?? [];
  return words.some((word, index) => {
    if (!/^\p{Lu}\p{Ll}/u.test(word)) return false;
    const isUsual = COMMON_WORDS.has(word.toLowerCase().replace(/['’].*$/, ''));
    return index > 0
      ? !isUsual
      : !isUsual && /^\p{Lu}\p{Ll}+(?:['’]s)?$/u.test(word) && !/(?:ing|ed|ly|tion|ment|ness)$/.test(word);
  });
}

function wordsOf(text: string): readonly string[] {
  return (text.toLowerCase().match(/[\p{L}\p{M}]+(?:['’]\p{L}+)?/gu) ?? []).filter((word) => word.length > 1);
}

function stem(word: string): string {
  return word.length > 5 ? word.replace(/(?:ing|ed|es|s|ly)$/, '') : word;
}

function normalised(sentence: string): string {
  return sentence.toLowerCase().replace(/\s+/g, ' ').trim();
}
