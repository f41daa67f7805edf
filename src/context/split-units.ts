/**
 * A text in the parts that are kept or left out as a whole: a sentence of prose, or a block that means nothing in parts
 * (fenced code, a table, data). `line`: number of the line on which it begins, so that a text can be put together again.
 */
export interface Unit {
  readonly kind: 'sentence' | 'code' | 'table' | 'data';
  readonly text: string;
  readonly line: number;
}

const FENCE = /^\s*(`{3,}|~{3,})/;
const TABLE = /^\s*\|/;
/** Indented like code, or with the marks that data begins or ends a line with. */
const DATA = /^(?: {4,}|\t)\S|^\s*[[\]{}<]|[{}[\];,]\s*$|^\s*[\w."'-]+\s*[=:]\s*\S*$|^(?:diff |@@|[+-]{3} )/;
const SENTENCE_END = /(?<=[.!?…][)"'\]»”’]*)\s+|(?<=[。！？])/u;
const ABBREVIATION =
  /(?:^|[\s(])(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|vs|etc|approx|e\.g|i\.e|cf|Nr|bzw|z\.\s?B|\d{1,2})\.$/;

/** Lines that belong together; `end` is the number of the line behind them. Blank lines are in none. */
export interface Block {
  readonly kind: 'prose' | 'code' | 'table' | 'data';
  readonly start: number;
  readonly end: number;
}

/** The blocks of a text, in their order; each line of prose is one. */
export function splitBlocks(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line)?.[1];
    let end = at + 1;
    if (fence !== undefined) {
      while (end < lines.length && !lines[end]?.trim().startsWith(fence)) end++;
      end = Math.min(end + 1, lines.length);
      blocks.push({ kind: 'code', start: at, end });
    } else if (TABLE.test(line)) {
      while (TABLE.test(lines[end] ?? '')) end++;
      blocks.push({ kind: 'table', start: at, end });
    } else if (DATA.test(line)) {
      while (end < lines.length && (DATA.test(lines[end] ?? '') || isInside(lines, end))) end++;
      blocks.push({ kind: 'data', start: at, end });
    } else if (line.trim() !== '') blocks.push({ kind: 'prose', start: at, end });
    at = end;
  }
  return blocks;
}

/** The units of a text, in their order. Nothing but white space between them is lost. */
export function splitUnits(text: string): readonly Unit[] {
  const lines = text.split('\n');
  return splitBlocks(lines).flatMap(({ kind, start, end }): readonly Unit[] =>
    kind === 'prose'
      ? sentencesOf(lines[start] ?? '').map((sentence) => ({ kind: 'sentence', text: sentence, line: start }))
      : [{ kind, text: lines.slice(start, end).join('\n'), line: start }],
  );
}

/** A blank or plain line that more data follows right after belongs to it. */
function isInside(lines: readonly string[], at: number): boolean {
  return lines[at]?.trim() === '' && DATA.test(lines[at + 1] ?? '') && !FENCE.test(lines[at + 1] ?? '');
}

function sentencesOf(line: string): readonly string[] {
  const sentences: string[] = [];
  for (const piece of line.trim().split(SENTENCE_END)) {
    const before = sentences.at(-1);
    if (before !== undefined && ABBREVIATION.test(before)) sentences[sentences.length - 1] = `${before} ${piece}`;
    else if (piece !== '') sentences.push(piece);
  }
  return sentences;
}
