/** What a text consists of, counted in lines, with its prose apart from what was pasted into it. */
export interface TextShape {
  /** The lines that are sentences rather than code, traces, diffs or data; in lower case. */
  readonly prose: string;
  readonly lines: number;
  readonly codeLines: number;
  readonly traceLines: number;
  readonly diffLines: number;
  readonly dataLines: number;
  readonly listItems: number;
}

type LineKind = 'prose' | 'code' | 'trace' | 'diff' | 'data' | 'fence' | 'item';

const LONGEST_LINE = 400;
const MOST_LINES = 600;

/** Sorts a text's lines by what they are. Linear: each line is looked at once, and only its first 400 characters. */
export function shapeOf(text: string): TextShape {
  const counts: Record<LineKind, number> = { prose: 0, code: 0, trace: 0, diff: 0, data: 0, fence: 0, item: 0 };
  const prose: string[] = [];
  let inFence = false;
  let inDiff = false;
  let lines = 0;
  for (let start = 0; start <= text.length && lines < MOST_LINES; lines++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const whole = text.slice(start, end);
    const line = (whole.length > LONGEST_LINE ? whole.slice(0, LONGEST_LINE) : whole).trim();
    start = end + 1;
    if (line === '') continue;
    const kind = kindOf(line, inFence, inDiff);
    if (kind === 'fence') {
      inFence = !inFence;
      inDiff = line.startsWith('```diff');
    } else if (kind === 'diff') inDiff = true;
    counts[kind]++;
    if (kind === 'prose' || kind === 'item') prose.push(whole);
    else if (kind === 'code' && !inFence) prose.push(proseBefore(line));
  }
  return {
    prose: prose.join('\n').toLowerCase(),
    lines,
    codeLines: counts.code,
    traceLines: counts.trace,
    diffLines: counts.diff,
    dataLines: counts.data,
    listItems: counts.item,
  };
}

/** The ask before code on the same line, as in `Review this for bugs: function add(a, b) { … }`; otherwise nothing. */
function proseBefore(line: string): string {
  const colon = line.indexOf(': ');
  const before = colon < 0 ? '' : line.slice(0, colon);
  return /^[A-Z][a-z]+( [\w',-]+){2,}$/.test(before) ? before : '';
}

function kindOf(line: string, inFence: boolean, inDiff: boolean): LineKind {
  if (line.startsWith('```')) return 'fence';
  if (isTrace(line)) return 'trace';
  if (isDiff(line, inDiff)) return 'diff';
  if (inFence) return 'code';
  if (isItem(line)) return 'item';
  if (isCode(line)) return 'code';
  return isData(line) ? 'data' : 'prose';
}

const TRACE_STARTS = [
  'Traceback (most',
  'goroutine ',
  'Caused by: ',
  'Exception in thread',
  'panic: ',
  "thread 'main' panicked",
];

function isTrace(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first === 97 && line.startsWith('at ')) return line.endsWith(')') || /:\d{1,6}(:\d{1,6})?$/.test(line);
  if (first === 70 && line.startsWith('File "')) return line.includes(', line ');
  // src/main.go:17 +0x1d, src/a.ts:12:5: error …, but not: src/a.ts:12 rename this
  if (/^[\w./\\-]{1,120}\.[a-z]{1,4}:\d{1,6}(:\d{1,6})?( \+0x[0-9a-f]+|:? (error|warning)\b.*|: .*)?$/.test(line))
    return true;
  return TRACE_STARTS.some((start) => line.startsWith(start));
}

function isDiff(line: string, inDiff: boolean): boolean {
  if (
    line.startsWith('diff --git ') ||
    line.startsWith('@@ ') ||
    line.startsWith('--- a/') ||
    line.startsWith('+++ b/')
  ) {
    return true;
  }
  return inDiff && (line.startsWith('+') || line.startsWith('-'));
}

/** A line of a list: `- item`, `* item`, `1. item`, `2) item`. */
function isItem(line: string): boolean {
  const first = line.charCodeAt(0);
  if ((first === 45 || first === 42) && line.charCodeAt(1) === 32) return true;
  return first >= 48 && first <= 57 && /^\d{1,3}[.)] /.test(line);
}

const CODE_STARTS: ReadonlySet<string> = new Set([
  'import',
  'from',
  'const',
  'let',
  'var',
  'function',
  'def',
  'class',
  'return',
  'public',
  'private',
  'export',
  '#include',
  'package',
  'func',
  'fn',
  'struct',
  'impl',
  'SELECT',
  'INSERT',
  'UPDATE',
  'CREATE',
  'async',
  'await',
  'print',
  'elif',
  'else:',
  'if',
  'for',
  'while',
  'try:',
  'except',
  'raise',
  'throw',
  '<?php',
  '}',
  '{',
  '});',
  '},',
  '//',
  '/*',
]);

function isCode(line: string): boolean {
  const last = line.charCodeAt(line.length - 1);
  const closes = last === 123 || last === 125 || last === 59; // { } ;
  if (line.length <= 2) return closes;
  const space = line.indexOf(' ');
  const first = space < 0 ? line : line.slice(0, space);
  if (closes && (CODE_STARTS.has(first) || line.includes('(') || line.includes('=') || space < 0)) return true;
  if (!CODE_STARTS.has(first)) return last === 41 && /^[\w.]{1,80}\(/.test(line); // a call on its own line
  return (last === 58 && line.includes('(')) || / = | from ['"]|^from \S{1,80} import |^import \w+$/.test(line);
}

/** A line of a table, a log, an element, a list of values, or `key: value` as in YAML. */
function isData(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first === 60 && line.endsWith('>')) return !line.includes(' ') || line.split('<', 4).length > 3; // <a><b>…, not <ask>Do this.</ask>
  if ((first === 91 || first === 123) && line.length > 2) return line.endsWith(']') || line.endsWith('}');
  if (/^\d{4}-\d\d-\d\d[ T]/.test(line)) return true;
  if (/^[\w-]{1,40}:( [\w."'/-]{1,60})?$/.test(line)) return true;
  return looksTabular(line);
}

/** At least two separators, and more of them than spaces: sentences have it the other way round. */
function looksTabular(line: string): boolean {
  let separators = 0;
  let spaces = 0;
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code === 32) spaces++;
    else if (code === 44 || code === 59 || code === 9 || code === 124) separators++;
  }
  return separators >= 2 && separators >= spaces;
}
