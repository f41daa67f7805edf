/** Longest snippet, in characters. */
const MAX_LENGTH = 320;
/** How much of it stands before the first match. */
const LEAD = 60;

/**
 * The part of a content that matched, on one line, matches between « and ». The index's own snippet where it is of use:
 * it knows stems and accents. It knows nothing of pairs of letters in scripts without spaces, and its words may be as
 * long as a line of them; there the words are looked for as they are.
 */
export function chooseSnippet(fromIndex: string, content: string, words: readonly string[]): string {
  const useful = fromIndex.includes('«') && fromIndex.length <= MAX_LENGTH + 80;
  return onOneLine(useful ? fromIndex : literalSnippet(content, words));
}

/** The beginning of a content, on one line. */
export function openingOf(content: string): string {
  return onOneLine(literalSnippet(content, []));
}

/** Words of a query are letters, digits and marks only, so they are regular expressions as they are. */
function literalSnippet(content: string, words: readonly string[]): string {
  const pattern = words.length > 0 ? new RegExp(words.join('|'), 'iu') : undefined;
  const first = pattern?.exec(content)?.index ?? 0;
  const start = Math.max(0, first - LEAD);
  const cut = content.slice(start, start + MAX_LENGTH);
  const whole = cut.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
  return `${start > 0 ? '…' : ''}${markWords(whole, words)}${start + MAX_LENGTH < content.length ? '…' : ''}`;
}

/** Matches may overlap, as pairs of letters do; what touches becomes one mark. */
function markWords(text: string, words: readonly string[]): string {
  const spans = words
    .flatMap((word) => [...text.matchAll(new RegExp(word, 'giu'))])
    .map((match) => ({ from: match.index, to: match.index + match[0].length }))
    .sort((a, b) => a.from - b.from);
  let marked = '';
  let done = 0;
  for (let i = 0; i < spans.length; ) {
    const from = spans[i]?.from ?? 0;
    let to = from;
    for (let next = spans[i]; next && next.from <= to; next = spans[++i]) to = Math.max(to, next.to);
    marked += `${text.slice(done, from)}«${text.slice(from, to)}»`;
    done = to;
  }
  return marked + text.slice(done);
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
