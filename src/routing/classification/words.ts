/** Words that a text is read as at most: enough for any ask, and what is pasted behind it tells no more. */
const MOST_WORDS = 3000;

/** Extensions by which a word after a dot is known as the name of a source file. */
const SOURCE_EXTENSIONS: ReadonlySet<string> = new Set(
  'ts tsx js jsx mjs cjs py go rs java kt rb php c h cpp hpp cs swift scala sh sql css scss html vue svelte yml toml tf ipynb'.split(
    ' ',
  ),
);

export interface Words {
  readonly words: readonly string[];
  /** Words with an underscore, such as the names of tools, and calls such as `computeTax()`. */
  readonly identifiers: readonly string[];
  /** The text names a source file (`utils.py`) or folder (`src/parser`). */
  readonly namesFile: boolean;
}

/**
 * A text in lower case as words: runs of letters, digits and underscores; each Chinese, Japanese or Korean character is
 * a word. Lone surrogates and punctuation separate words.
 */
export function wordsOf(text: string): Words {
  const words: string[] = [];
  const identifiers: string[] = [];
  let namesFile = false;
  let start = -1;
  let underscore = false;
  for (let i = 0; i <= text.length && words.length < MOST_WORDS; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 32;
    const kind = characterKind(code);
    if (kind === WORD) {
      if (start < 0) start = i;
      if (code === 95) underscore = true;
      continue;
    }
    if (start >= 0) {
      const word = text.slice(start, i);
      words.push(word);
      if ((underscore || isCall(text, i)) && identifiers.length < 16) identifiers.push(word);
      namesFile ||= isFile(text, start, word, code);
      start = -1;
      underscore = false;
    }
    if (kind === IDEOGRAPH) words.push(text.charAt(i));
  }
  return { words, identifiers, namesFile };
}

function isCall(text: string, end: number): boolean {
  return text.charCodeAt(end) === 40 && text.charCodeAt(end + 1) === 41;
}

function isFile(text: string, start: number, word: string, next: number): boolean {
  if (start === 0) return false;
  if (text.charCodeAt(start - 1) === 46) return start > 1 && word.length <= 6 && SOURCE_EXTENSIONS.has(word);
  return next === 47 && (word === 'src' || word === 'lib' || word === 'tests');
}

const OTHER = 0;
const WORD = 1;
const IDEOGRAPH = 2;

function characterKind(code: number): 0 | 1 | 2 {
  if (code < 0x80) {
    return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95 ? WORD : OTHER;
  }
  if (code < 0xc0) return OTHER;
  if (code < 0x2000) return WORD;
  if ((code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff)) return IDEOGRAPH;
  return code >= 0xac00 && code <= 0xd7af ? IDEOGRAPH : OTHER;
}
