/**
 * Texts that differ from each other in their figures only (decisions, usage objects) in two halves: the form, with a
 * mark where a figure stood, which is shared by many rows; and the figures, two to a byte. Nothing is lost.
 */
export interface PackedText {
  readonly form: string;
  readonly figures: Uint8Array;
}

/** Stands in a form where a figure was. JSON text never has it; elsewhere it is itself treated as a figure. */
const MARK = '\u0001';
const MARK_CODE = 1;
const [ZERO, NINE, DOT, HYPHEN, SLASH] = [48, 57, 46, 45, 47] as const;
const SYMBOLS = `0123456789.,${MARK}`;
const PAD = 15;

/**
 * Figures are whole or decimal numbers that are no part of a name (`gpt-4`, `llama-3.3-70b`): those belong to the form.
 * A scan of character codes, since this is done for every call, and a pattern takes five times as long.
 */
export function packText(text: string): PackedText {
  let form = '';
  let figures = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > NINE || (code < ZERO && code !== MARK_CODE)) continue;
    const end = code === MARK_CODE ? i + 1 : figureEnd(text, i);
    if (end > i) {
      form += text.slice(copied, i) + MARK;
      figures += `${text.slice(i, end)},`;
      copied = end;
    }
    // What is no figure is a word, whose other digits are none either.
    i = (end > i ? end : wordEnd(text, i)) - 1;
  }
  return { form: form + text.slice(copied), figures: packFigures(figures.slice(0, -1)) };
}

/** Where the figure ends that begins here; `from` itself where it is part of a name. */
function figureEnd(text: string, from: number): number {
  if (from > 0 && joinsBefore(text.charCodeAt(from - 1))) return from;
  let end = digitsEnd(text, from);
  if (text.charCodeAt(end) === DOT && digitsEnd(text, end + 1) > end + 1) end = digitsEnd(text, end + 1);
  return end < text.length && joinsAfter(text.charCodeAt(end)) ? from : end;
}

function digitsEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= NINE) end++;
  return end;
}

function wordEnd(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && joinsBefore(text.charCodeAt(end))) end++;
  return end;
}

function isWord(code: number): boolean {
  return (code >= ZERO && code <= NINE) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}

/** Letters, digits, underscore, hyphen, slash, and before a figure also a dot. */
function joinsAfter(code: number): boolean {
  return isWord(code) || code === HYPHEN || code === SLASH;
}

function joinsBefore(code: number): boolean {
  return joinsAfter(code) || code === DOT;
}

export function unpackText({ form, figures }: PackedText): string {
  if (!form.includes(MARK)) return form;
  const values = unpackFigures(figures).split(',');
  let next = 0;
  return form.replaceAll(MARK, () => values[next++] ?? '');
}

/** JSON text of an object at its outermost commas; joined with commas it is the text again, whatever it was. */
export function splitAtCommas(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let begin = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
    else if (c === ',' && depth <= 1) {
      parts.push(text.slice(begin, i));
      begin = i + 1;
    }
  }
  parts.push(text.slice(begin));
  return parts;
}

/** Whole numbers from 0 up, seven bits a byte. */
export function packNumbers(values: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const value of values) {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(128 | (rest % 128));
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

export function unpackNumbers(bytes: Uint8Array): readonly number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte > 127) continue;
    values.push(value);
    value = 0;
    scale = 1;
  }
  return values;
}

function packFigures(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length + 1) >> 1);
  for (let i = 0; i < text.length; i += 2) {
    const second = i + 1 < text.length ? symbolOf(text.charCodeAt(i + 1)) : PAD;
    bytes[i >> 1] = (symbolOf(text.charCodeAt(i)) << 4) | second;
  }
  return bytes;
}

/** Place of a character in `SYMBOLS`. */
function symbolOf(code: number): number {
  if (code >= ZERO) return code - ZERO;
  return code === DOT ? 10 : code === MARK_CODE ? 12 : 11;
}

function unpackFigures(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += SYMBOLS.charAt(byte >> 4);
    if ((byte & 15) !== PAD) text += SYMBOLS.charAt(byte & 15);
  }
  return text;
}
