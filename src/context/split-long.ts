import type { Seen } from './weigh-sentence.ts';

/** Words that no sentence of a person has: a text without full stops, or one that repeats itself. */
const LONG = 40;
const PHRASE = 4;

/**
 * A very long sentence in stretches of what was said before, word for word (four words in a row), and of what is new;
 * others as they are. The stretches together are the sentence, but for the white space between them.
 */
export function splitLong(sentence: string, seen: Seen): readonly string[] {
  const words = sentence.split(/\s+/);
  if (words.length <= LONG) return [sentence];
  const isOld = new Array<boolean>(words.length).fill(false);
  for (let at = 0; at + PHRASE <= words.length; at++) {
    const phrase = words
      .slice(at, at + PHRASE)
      .join(' ')
      .toLowerCase();
    if (seen.phrases.has(phrase)) isOld.fill(true, at, at + PHRASE);
    else seen.phrases.add(phrase);
  }
  const stretches: string[] = [];
  for (let from = 0; from < words.length; ) {
    let to = from + 1;
    while (to < words.length && isOld[to] === isOld[from]) to++;
    stretches.push(words.slice(from, to).join(' '));
    from = to;
  }
  return stretches;
}
