import { splitLong } from './split-long.ts';
import { splitUnits, type Unit } from './split-units.ts';
import { KEEP, remember, type Seen, weighSentence } from './weigh-sentence.ts';

/** Stands where something was left out. */
export const GAP = '…';
/** Blocks up to this many characters are kept whole; longer ones are left out whole. */
const LONGEST_BLOCK = 1_200;
/** A text that would lose less than this share stays as it is. */
const LEAST_SAVING = 0.1;

/**
 * A text without what nobody would miss: sentences that state nothing, and what was said before. What is kept is kept
 * word for word; code, tables and data are kept or left out as a whole, with a note. '' where nothing is left. `seen`
 * grows by the text.
 */
export function shortenText(text: string, author: 'user' | 'assistant', seen: Seen): string {
  const kept: { readonly text: string; readonly line: number }[] = [];
  let whole = true;
  for (const unit of splitUnits(text)) {
    const pieces = unit.kind === 'sentence' ? splitLong(unit.text, seen) : [unit.text];
    for (const piece of pieces) {
      const left = unit.kind === 'sentence' ? keepSentence(piece, author, seen) : keepBlock(unit, seen);
      if (left !== piece) whole = false;
      if (left !== null) kept.push({ text: left, line: unit.line });
      else if (kept.length > 0 && kept.at(-1)?.text !== GAP) kept.push({ text: GAP, line: unit.line });
    }
  }
  if (whole) return text;
  if (kept.every((piece) => piece.text === GAP)) return '';
  const short = join(kept);
  return short.length <= text.length * (1 - LEAST_SAVING) ? short : text;
}

function keepSentence(text: string, author: 'user' | 'assistant', seen: Seen): string | null {
  const isKept = weighSentence(text, author, seen) >= KEEP;
  remember(text, seen);
  return isKept ? text : null;
}

function keepBlock({ kind, text }: Unit, seen: Seen): string {
  const name = kind === 'code' ? 'code' : kind;
  const lines = text.split('\n').length;
  if (seen.sentences.has(text)) return lines > 1 ? `[the same ${name} as before]` : text;
  seen.sentences.add(text);
  return text.length <= LONGEST_BLOCK ? text : `[${name} of ${lines} lines left out]`;
}

function join(pieces: readonly { readonly text: string; readonly line: number }[]): string {
  let text = '';
  let last = pieces[0]?.line ?? 0;
  for (const piece of pieces) {
    if (text !== '') text += piece.line === last || piece.text === GAP ? ' ' : '\n';
    text += piece.text;
    last = piece.line;
  }
  return text;
}
