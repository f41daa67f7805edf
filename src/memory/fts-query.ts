/** Shorter words and numbers would match too much as prefixes. */
const MIN_PREFIX_LENGTH = 4;

/** The FTS5 expression that any of the forms matches. */
export function anyOf(forms: readonly string[]): string {
  return forms.join(' OR ');
}

/** A word as a whole, stemmed by the index. Always quoted, so that nothing a user writes is read as FTS5 syntax. */
export function wholeWord(word: string): string {
  return isLoneLetter(word) ? wideWord(word) : quote(word);
}

/** A longer word also as the beginning of others; whole words count twice then, and so score higher. */
export function wideWord(word: string): string {
  // A lone letter of an unsegmented script stands at the beginning of a pair.
  if (isLoneLetter(word)) return `${quote(word)} *`;
  const long = [...word].length >= MIN_PREFIX_LENGTH && !/^\p{N}+$/u.test(word);
  return long ? `(${quote(word)} OR ${quote(word)} *)` : quote(word);
}

function isLoneLetter(word: string): boolean {
  return [...word].length === 1 && /\p{Lo}/u.test(word);
}

function quote(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
