import { FareboxError } from '../../domain/errors.ts';
import { isRecord, parseJson } from '../../lib/json-value.ts';
import { isAnthropicHeader, readAnthropicRow } from './anthropic-csv.ts';
import { isClaudeCodeLine, readClaudeCodeLine } from './claude-code-log.ts';
import { readCsv } from './csv-rows.ts';
import { readFareboxLine } from './farebox-log.ts';
import { isLiteLlmRecord, readLiteLlmRecord } from './litellm-log.ts';
import { isOpenAiHeader, readOpenAiRow } from './openai-csv.ts';
import type { LogRecord } from './record-fields.ts';
import { type Line, splitLines } from './split-lines.ts';
import { LineFault, type LogFormat, type ReadRecord, type UsageEntry } from './usage-entry.ts';

/** What reading goes along with: each entry, each line that is no good, and whose log it is. */
export interface LogReader {
  entry(entry: UsageEntry): void;
  broken(line: number, reason: string): void;
}

const READERS: Readonly<Record<LogFormat, ReadRecord>> = {
  'claude-code': readClaudeCodeLine,
  'anthropic-csv': readAnthropicRow,
  'openai-csv': readOpenAiRow,
  litellm: readLiteLlmRecord,
  farebox: readFareboxLine,
};

/**
 * Reads a usage log of any known format, whatever its name, line by line. Broken lines are told and skipped. Throws
 * `invalid_request` where the file is none of the formats. `name`: for errors.
 */
export async function readUsageLog(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  reader: LogReader,
): Promise<LogFormat> {
  const lines = splitLines(bytes);
  const head = await firstLines(lines);
  const first =
    head
      .find(({ text }) => text !== null && text.trim() !== '')
      ?.text?.replace(/^\uFEFF/, '')
      .trim() ?? '';
  if (first === '') throw unknownFormat(name, 'it is empty');
  const all = resume(head, lines);
  if (first.startsWith('[') || first === '{') return readDocument(name, all, reader);
  return first.startsWith('{') ? readJsonLines(name, all, reader) : readCsvFile(name, all, reader);
}

/** How many records may be of no known kind before the file is given up. */
const PATIENCE = 1000;

async function readJsonLines(name: string, lines: AsyncIterable<Line>, reader: LogReader): Promise<LogFormat> {
  let format: LogFormat | null = null;
  let unknown = 0;
  for await (const { number, text } of lines) {
    if (text !== null && text.trim() === '') continue;
    const record = text === null ? undefined : parseRecord(text);
    if (!record) {
      reader.broken(number, text === null ? 'it is longer than 64 MB' : 'it is not a JSON object');
      continue;
    }
    format ??= formatOf(record);
    if (format) readRecord(READERS[format], record, number, reader);
    else if (++unknown > PATIENCE) break;
  }
  if (format) return format;
  throw unknownFormat(name, 'its JSON lines are of no kind that farebox knows');
}

/** One JSON document: a list of records, or an object with such a list in it. Counted from 1 in place of lines. */
async function readDocument(name: string, lines: AsyncIterable<Line>, reader: LogReader): Promise<LogFormat> {
  const texts: string[] = [];
  for await (const { text } of lines) texts.push(text ?? '');
  const document = parseJson(texts.join('\n').replace(/^\uFEFF/, ''));
  if (document === undefined) throw unknownFormat(name, 'it is not valid JSON');
  const records = Array.isArray(document)
    ? document
    : isRecord(document)
      ? Object.values(document).find(Array.isArray)
      : undefined;
  const format = records
    ?.filter(isRecord)
    .map(formatOf)
    .find((found) => found !== null);
  if (!records || !format) throw unknownFormat(name, 'its JSON holds no list of records that farebox knows');
  for (const [index, record] of records.entries()) {
    if (isRecord(record)) readRecord(READERS[format], record, index + 1, reader);
    else reader.broken(index + 1, 'it is not a JSON object');
  }
  return format;
}

async function readCsvFile(name: string, lines: AsyncIterable<Line>, reader: LogReader): Promise<LogFormat> {
  let format: LogFormat | null = null;
  await readCsv(lines, {
    header: (columns) => {
      format = csvFormatOf(columns);
      if (!format) throw unknownFormat(name, whyNotCsv(columns));
    },
    row: (row, line) => format && readRecord(READERS[format], row, line, reader),
    broken: reader.broken,
  });
  if (format) return format;
  throw unknownFormat(name, 'it has no header');
}

function formatOf(record: LogRecord): LogFormat | null {
  if (isLiteLlmRecord(Object.keys(record))) return 'litellm';
  if (record['type'] === 'farebox-ledger' || (record['type'] === 'call' && isRecord(record['call']))) return 'farebox';
  return isClaudeCodeLine(record) ? 'claude-code' : null;
}

function csvFormatOf(columns: readonly string[]): LogFormat | null {
  if (isAnthropicHeader(columns)) return 'anthropic-csv';
  if (isLiteLlmRecord(columns)) return 'litellm';
  return isOpenAiHeader(columns) ? 'openai-csv' : null;
}

function whyNotCsv(columns: readonly string[]): string {
  const isCosts = columns.some((column) => ['cost_usd', 'amount_value', 'token_type'].includes(column));
  return isCosts
    ? 'it is an export of costs, which does not tell the tokens: export the usage instead'
    : `it has the columns ${columns.slice(0, 6).join(', ').slice(0, 120)}, which no export that farebox knows has`;
}

function readRecord(read: ReadRecord, record: LogRecord, line: number, reader: LogReader): void {
  try {
    for (const entry of read(record)) reader.entry(entry);
  } catch (error) {
    if (!(error instanceof LineFault)) throw error;
    reader.broken(line, error.message);
  }
}

/** Enough to tell what the file is; they are read again with the rest. */
async function firstLines(lines: AsyncGenerator<Line>): Promise<readonly Line[]> {
  const head: Line[] = [];
  while (!head.some(({ text }) => text !== null && text.trim() !== '')) {
    const next = await lines.next();
    if (next.done) break;
    head.push(next.value);
  }
  return head;
}

async function* resume(head: readonly Line[], rest: AsyncGenerator<Line>): AsyncGenerator<Line> {
  yield* head;
  yield* rest;
}

function parseRecord(text: string): LogRecord | undefined {
  const value = parseJson(text.replace(/^\uFEFF/, ''));
  return isRecord(value) ? value : undefined;
}

function unknownFormat(name: string, why: string): FareboxError {
  return new FareboxError('invalid_request', `${name} is no usage log that farebox can read: ${why}.`, {
    remedy:
      'Give session files of Claude Code (.jsonl), a usage export of Anthropic or OpenAI (.csv), spend logs of LiteLLM (JSON, JSON lines or CSV), or `farebox ledger export`.',
  });
}
