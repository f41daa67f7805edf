import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FareboxError } from '../domain/errors.ts';
import { readUsageLog } from '../planning/usage-logs/read-usage-log.ts';
import type { LogFormat } from '../planning/usage-logs/usage-entry.ts';
import { createUsageSums, type UsageSums } from '../planning/usage-logs/usage-sums.ts';

export interface BrokenLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface UsageFiles {
  readonly files: readonly { readonly file: string; readonly format: LogFormat }[];
  readonly entries: number;
  readonly sums: UsageSums;
  /** All of them, and the first of them by name. */
  readonly brokenLines: number;
  readonly broken: readonly BrokenLine[];
  /** Files in a folder that hold no usage at all. */
  readonly skipped: readonly string[];
}

const BROKEN_SHOWN = 20;
const LOG_NAME = /\.(jsonl|ndjson|json|csv|tsv)$/i;

/**
 * Reads logs of any format, and folders of them to any depth. Throws `invalid_request` for a file that cannot be read
 * or is no usage log; in a folder such files are passed over and named. `onFile`: told before each file.
 */
export async function readUsageFiles(
  paths: readonly string[],
  onFile: (file: string, index: number, of: number) => void,
): Promise<UsageFiles> {
  const found = (await Promise.all(paths.map(logsAt))).flat();
  if (found.length === 0) throw unreadable(paths.join(', '), 'there is no .jsonl, .json or .csv file in it');
  const total = createUsageSums();
  const files: { file: string; format: LogFormat }[] = [];
  const broken: BrokenLine[] = [];
  const skipped: string[] = [];
  let brokenLines = 0;
  let entries = 0;
  for (const [index, { file, named }] of found.entries()) {
    onFile(file, index + 1, found.length);
    try {
      const format = await readUsageLog(file, bytesOf(file), {
        entry: (entry) => {
          entries += 1;
          total.add(entry);
        },
        broken: (line, reason) => {
          brokenLines += 1;
          if (broken.length < BROKEN_SHOWN) broken.push({ file, line, reason });
        },
      });
      files.push({ file, format });
    } catch (error) {
      if (named || !(error instanceof FareboxError)) throw error;
      skipped.push(file);
    }
  }
  if (files.length === 0) throw unreadable(paths.join(', '), 'none of its files is a usage log');
  return { files, entries, sums: total.sums(), brokenLines, broken, skipped };
}

async function logsAt(path: string): Promise<readonly { readonly file: string; readonly named: boolean }[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error.code === 'ENOENT' ? 'it does not exist' : String(error.code));
  });
  if (!found.isDirectory()) return [{ file: path, named: true }];
  const below = await readdir(path, { recursive: true });
  return below
    .filter((name) => LOG_NAME.test(name))
    .sort()
    .map((name) => ({ file: join(path, name), named: false }));
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw unreadable(file, String((error as NodeJS.ErrnoException).code ?? error));
  }
}

function unreadable(path: string, why: string): FareboxError {
  return new FareboxError('invalid_request', `${path} cannot be read: ${why}.`, {
    remedy: 'Give usage logs, or folders of them, e.g. ~/.claude/projects.',
  });
}
