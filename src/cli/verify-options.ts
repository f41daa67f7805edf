import { CHECK_TYPES, parseCheck, parseChecks } from '../checks/parse-checks.ts';
import type { Check } from '../domain/check.ts';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { readJsonObject, readNamedFile } from './option-values.ts';

export interface VerifyOptions {
  /** As written on the command line: `regex:^\d+$`. */
  readonly verify?: readonly string[];
  readonly verifyFile?: string;
}

/** What each word before the colon means; the checks are named as in files, but for what is shorter to type. */
const WORDS = ['schema', 'regex', 'not-regex', 'contains', 'not-contains', 'grounded', 'parses', 'named'] as const;
type Word = (typeof WORDS)[number];

export const VERIFY_HELP = `what the answer must pass, else a stronger model tries; may be repeated: schema:FILE, regex:PATTERN, contains:TEXT (not-regex:, not-contains:), grounded[:FILE], parses:LANGUAGE, named:NAME`;

/** The checks that the options demand, those of the file first. Throws `invalid_request`. */
export async function readChecks({ verify = [], verifyFile }: VerifyOptions): Promise<readonly Check[]> {
  const fromFile = verifyFile === undefined ? [] : await readCheckFile(verifyFile);
  return [...fromFile, ...(await Promise.all(verify.map(toCheck)))];
}

async function readCheckFile(file: string): Promise<readonly Check[]> {
  const written = await readNamedFile(file, 'file of checks');
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FareboxError('invalid_request', `The file of checks ${file} is not JSON: ${reason}.`, {
      remedy: 'It must hold a list such as [{"type": "parses", "language": "sql"}].',
      cause,
    });
  }
  return parseChecks(value);
}

async function toCheck(written: string): Promise<Check> {
  const colon = written.indexOf(':');
  const word = (colon < 0 ? written : written.slice(0, colon)).trim().toLowerCase().replace('json_schema', 'schema');
  const rest = colon < 0 ? '' : written.slice(colon + 1);
  const known = WORDS.find((candidate) => candidate === word);
  if (known === undefined) {
    const near = nearest(word, [...WORDS, ...CHECK_TYPES]);
    throw new FareboxError('invalid_request', `"${written}" is no check.`, {
      remedy: `${near ? `Did you mean "${near}:…"? ` : ''}Write ${WORDS.join(':…, ')}:….`,
    });
  }
  if (rest === '' && known !== 'grounded') {
    throw new FareboxError('invalid_request', `--verify ${known} lacks what must follow it.`, {
      remedy: `For example: --verify '${EXAMPLES[known]}'.`,
    });
  }
  return parseCheck(await describe(known, rest), '--verify');
}

const EXAMPLES: Readonly<Record<Word, string>> = {
  schema: 'schema:invoice.schema.json',
  regex: 'regex:^\\d+$',
  'not-regex': 'not-regex:TODO',
  contains: 'contains:Kind regards',
  'not-contains': 'not-contains:lorem ipsum',
  grounded: 'grounded:letter.txt',
  parses: 'parses:typescript',
  named: 'named:unit-tests',
};

async function describe(word: Word, rest: string): Promise<Readonly<Record<string, unknown>>> {
  switch (word) {
    case 'schema':
      return { type: 'json_schema', schema: await readJsonObject(rest, 'schema file') };
    case 'regex':
    case 'not-regex':
      return { type: 'regex', pattern: rest, ...(word === 'not-regex' && { negate: true }) };
    case 'contains':
    case 'not-contains':
      return { type: 'contains', text: rest, ...(word === 'not-contains' && { negate: true }) };
    case 'grounded':
      return { type: 'grounded', ...(rest !== '' && { source: await readNamedFile(rest, 'source') }) };
    case 'parses':
      return { type: 'parses', language: rest.trim() };
    case 'named':
      return { type: 'named', name: rest.trim() };
  }
}
