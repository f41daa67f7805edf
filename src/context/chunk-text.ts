/** Where a text is best cut: the strongest boundary that leaves pieces small enough wins. */
const BOUNDARIES: readonly RegExp[] = [
  // Parts of a transcript or document: a line that begins with a heading or a role.
  /\n(?=(?:#{1,6} |\[(?:user|assistant|system|tool)\]\n))/g,
  /\n[ \t]*\n+/g,
  /\n/g,
  /(?<=[.!?…。！？]["'”’)]*)\s+/g,
  /\s+/g,
];

interface Piece {
  readonly text: string;
  readonly tokens: number;
}

/**
 * Cuts a text into chunks of at most `most` tokens, as few as possible, in its order and without losing a character:
 * between its parts, paragraphs, lines, sentences, words, whichever is the strongest boundary there is. Fenced code is cut
 * only where it is larger than a chunk itself.
 */
export function chunkText(text: string, most: number, count: (text: string) => number): readonly string[] {
  const pieces = split(text, most, count, 0);
  const chunks: string[] = [];
  let chunk = '';
  let tokens = 0;
  for (const piece of pieces) {
    if (chunk !== '' && tokens + piece.tokens > most) {
      chunks.push(chunk);
      chunk = '';
      tokens = 0;
    }
    chunk += piece.text;
    tokens += piece.tokens;
  }
  if (chunk !== '') chunks.push(chunk);
  return chunks;
}

function split(text: string, most: number, count: (text: string) => number, level: number): readonly Piece[] {
  const tokens = count(text);
  // One character is as small as it gets.
  if (tokens <= most || text.length < 2) return [{ text, tokens }];
  const boundary = BOUNDARIES[level];
  const parts = boundary ? cutAt(text, boundary, level < 3) : halves(text);
  return parts.flatMap((part) => split(part, most, count, boundary ? level + 1 : level));
}

/** The parts of a text between boundaries; each boundary stays at the end of the part before it. */
function cutAt(text: string, boundary: RegExp, wholeFences: boolean): readonly string[] {
  const fences = wholeFences ? fencesOf(text) : [];
  const parts: string[] = [];
  let from = 0;
  let fence = 0;
  for (const match of text.matchAll(boundary)) {
    const at = match.index + match[0].length;
    while (fence < fences.length && (fences[fence]?.end ?? 0) <= match.index) fence++;
    const around = fences[fence];
    const isInside = around !== undefined && match.index > around.start && at < around.end;
    // A block that is nearly all there is here is itself too large.
    const isTooLarge = around !== undefined && around.end - around.start >= text.length * 0.9;
    if ((isInside && !isTooLarge) || at === from) continue;
    parts.push(text.slice(from, at));
    from = at;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function fencesOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  const fences: { start: number; end: number }[] = [];
  let open: number | null = null;
  for (const match of text.matchAll(/^(?:`{3,}|~{3,}).*$/gm)) {
    if (open === null) open = match.index;
    else {
      fences.push({ start: open, end: match.index + match[0].length });
      open = null;
    }
  }
  return fences;
}

/** Where there is no boundary at all, in the middle, but not within a character. */
function halves(text: string): readonly string[] {
  let middle = text.length >> 1;
  const code = text.charCodeAt(middle);
  if (code >= 0xdc00 && code < 0xe000) middle++;
  return [text.slice(0, middle), text.slice(middle)];
}
