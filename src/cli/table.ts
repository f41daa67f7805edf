import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { Printer } from './printer.ts';

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
  /** Gives way, by wrapping its words, where the table would be wider than the terminal. One column at most. */
  readonly flexible?: boolean;
}

const GAP = 2;
const NARROWEST = 16;
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** Lines of a table without rules, no wider than the printer where a column can give way. Ends without a newline. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  printer: Printer,
): string {
  const { colours, width } = printer;
  const natural = columns.map(
    (column, index) => Math.max(visible(column.head), ...rows.map((row) => visible(row[index] ?? ''))) + GAP,
  );
  const flexible = columns.findIndex((column) => column.flexible);
  const excess = natural.reduce((sum, columnWidth) => sum + columnWidth, 0) - GAP - width;
  const colWidths = natural.map((columnWidth, index) =>
    index === flexible && excess > 0 ? Math.max(NARROWEST, columnWidth - excess) : columnWidth,
  );
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths,
  });
  const fit = (cell: string, index: number) =>
    index === flexible && excess > 0 ? breakLines(cell, (colWidths[index] ?? NARROWEST) - GAP) : cell;
  table.push(
    columns.map((column) => colours.dim(column.head)),
    ...rows.map((row) => row.map(fit)),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function visible(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** A name and its value. What people will copy is `verbatim`, and is not broken into lines. */
export type Fact = readonly [name: string, value: string, kind?: 'verbatim'];

/** Lines of `name  value`, the values aligned. For a few facts above or below a table. */
export function renderFacts(facts: readonly Fact[], printer: Printer): string {
  const nameWidth = Math.max(...facts.map(([name]) => name.length)) + GAP;
  return facts
    .map(([name, value, kind]) => {
      const [first = '', ...rest] = kind === 'verbatim' ? [value] : wrapWords(value, printer.width - nameWidth);
      const lines = [printer.colours.dim(name.padEnd(nameWidth)) + first];
      for (const line of rest) lines.push(' '.repeat(nameWidth) + line);
      return lines.join('\n');
    })
    .join('\n');
}

/** The text in lines of at most so many columns, broken between words; a longer word stays whole. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && visible(line) + 1 + visible(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** The text in lines that fit, broken between words, or in a long name after a slash, dash, dot or the like. */
function breakLines(text: string, width: number): string {
  return wrapWords(text, width)
    .flatMap((line) => {
      const lines: string[] = [];
      let rest = line;
      while (visible(rest) > width) {
        const seam = rest.slice(0, width).search(/[/:_.-][^/:_.-]*$/);
        const end = seam > width / 3 ? seam + 1 : width;
        lines.push(rest.slice(0, end));
        rest = rest.slice(end);
      }
      return [...lines, rest];
    })
    .join('\n');
}
