/**
 * Scripts that do not put spaces between words (or, as Korean, glue particles to them). The full-text tokenizer keeps
 * a whole run of them as one token, so memories carry their runs a second time, cut into overlapping pairs.
 */
export const UNSEGMENTED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const LETTER = /[\p{L}\p{Nl}]/u;
const MARK = /\p{M}/u;

/** Runs of letters of unsegmented scripts, each as its code points without combining marks. Expects NFC. */
export function unsegmentedRuns(text: string): string[][] {
  const runs: string[][] = [];
  let run: string[] = [];
  for (const point of text) {
    if (MARK.test(point)) continue; // the tokenizer would break the run there
    if (LETTER.test(point) && UNSEGMENTED.test(point)) {
      run.push(point);
    } else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Overlapping pairs of a run: `数据库` is `数据 据库`. A run of one letter is that letter. */
export function pairsOf(run: readonly string[]): string[] {
  const pairs = run.slice(1).map((point, i) => `${run[i] ?? ''}${point}`);
  return pairs.length > 0 ? pairs : [...run];
}

/**
 * What the index keeps of a text's unsegmented runs: their pairs and the last letter of each, so that a search for one
 * letter (a prefix search) finds it wherever it stands. Empty for text without such scripts.
 */
export function segmentsOf(text: string): string {
  return unsegmentedRuns(text.normalize('NFC'))
    .flatMap((run) => (run.length > 1 ? [...pairsOf(run), run.at(-1) ?? ''] : run))
    .join(' ');
}
