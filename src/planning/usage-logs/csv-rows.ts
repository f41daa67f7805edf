import { CsvError, parse } from 'csv-parse/sync';
import type { LogRecord } from './record-fields.ts';
import type { Line } from './split-lines.ts';

/** What reading a table goes along with, in the order of its lines. */
export interface CsvReader {
  /** The names of the columns, before any row. */
  header(columns: readonly string[]): void;
  /** A row by the names of its columns; `line`: where it begins. */
  row(row: LogRecord, line: number): void;
  broken(line: number, reason: string): void;
}

/** A row whose quotation mark is still open after so many lines is broken, and does not swallow the rest of the file. */
const LONGEST_ROW_LINES = 200;

/** Reads a table separated by commas, semicolons or tabs, as its header shows. A row may go over several lines. */
export async function readCsv(lines: AsyncIterable<Line>, reader: CsvReader): Promise<void> {
  let columns: readonly string[] | null = null;
  let delimiter = ',';
  const take = (line: Line, cells: readonly string[]) => {
    if (!columns) {
      columns = cells.map((cell) => cell.replace(/^\uFEFF/, '').trim());
      reader.header(columns);
    } else if (cells.length !== columns.length) {
      reader.broken(line.number, `it has ${cells.length} columns, and the header ${columns.length}`);
    } else {
      reader.row(Object.fromEntries(columns.map((column, index) => [column, cells[index]])), line.number);
    }
  };

  let open: Line[] = [];
  const push = (line: Line): void => {
    if (line.text === null) {
      reader.broken(line.number, 'it is longer than 64 MB');
      return;
    }
    if (open.length === 0 && line.text.trim() === '') return;
    if (!columns && open.length === 0) delimiter = delimiterOf(line.text);
    open.push(line);
    const [first] = open;
    const cells = cellsOf(open, delimiter);
    if (Array.isArray(cells) && first) {
      open = [];
      take(first, cells);
    } else if (cells !== 'open' || open.length >= LONGEST_ROW_LINES) giveUpFirst(String(cells));
  };
  /** The lines after a broken one may be rows of their own. */
  const giveUpFirst = (why: string): void => {
    const [first, ...rest] = open;
    open = [];
    if (first) reader.broken(first.number, why === 'open' ? 'a quotation mark is never closed' : why);
    rest.forEach(push);
  };
  for await (const line of lines) push(line);
  while (open.length > 0) giveUpFirst('open');
}

/** The cells of one row; `open` where it goes on in the next line; else why it is no row. */
function cellsOf(lines: readonly Line[], delimiter: string): readonly string[] | string {
  const text = lines.map((line) => line.text).join('\n');
  // By far most rows, and parsing them one by one costs more than reading the file.
  if (!text.includes('"')) return text.split(delimiter);
  try {
    return (parse(text, { delimiter, relax_column_count: true }) as string[][])[0] ?? [];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'its quotation marks are in the wrong places';
  }
}

/** The one of the usual separators that the header has most of. */
function delimiterOf(header: string): string {
  const times = (mark: string) => header.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (times(mark) > times(best) ? mark : best));
}
