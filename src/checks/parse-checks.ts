import { type Check, PARSED_LANGUAGES, type ParsedLanguage } from '../domain/check.ts';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';

type Raw = Readonly<Record<string, unknown>>;
type FieldKind = 'text' | 'flag' | 'object' | 'language';

interface FieldRule {
  readonly kind: FieldKind;
  readonly needed: boolean;
}

const text: FieldRule = { kind: 'text', needed: true };
const maybeText: FieldRule = { kind: 'text', needed: false };
const flag: FieldRule = { kind: 'flag', needed: false };

/** What each check is made of, as programs write it. */
const RULES: Readonly<Record<Check['type'], Readonly<Record<string, FieldRule>>>> = {
  json_schema: { schema: { kind: 'object', needed: true } },
  regex: { pattern: text, flags: maybeText, negate: flag },
  contains: { text, ignore_case: flag, negate: flag },
  grounded: { source: maybeText },
  parses: { language: { kind: 'language', needed: true } },
  named: { name: text },
};
export const CHECK_TYPES = Object.keys(RULES) as readonly Check['type'][];

const MOST_CHECKS = 20;
/** How models and people call some languages. */
const ALSO: Readonly<Record<string, ParsedLanguage>> = {
  ts: 'typescript',
  js: 'javascript',
  py: 'python',
  yml: 'yaml',
  table: 'markdown-table',
  markdown_table: 'markdown-table',
};

/** Checks as programs write them (`verify` of the MCP tool, `--verify-file`). Throws `invalid_request` that names the fault. */
export function parseChecks(value: unknown): readonly Check[] {
  if (!Array.isArray(value)) throw invalid('verify must be a list of checks.', EXAMPLE);
  if (value.length > MOST_CHECKS)
    throw invalid(`verify has ${value.length} checks.`, `At most ${MOST_CHECKS} are taken.`);
  return value.map((check: unknown, index) => parseCheck(check, `verify[${index}]`));
}

const EXAMPLE = 'For example: [{"type": "regex", "pattern": "^\\\\d+$"}, {"type": "parses", "language": "sql"}].';

/** One check; `at` names it in errors. */
export function parseCheck(value: unknown, at: string): Check {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${at} must be an object.`, EXAMPLE);
  const raw = value as Raw;
  const { type } = raw;
  if (typeof type !== 'string' || !Object.hasOwn(RULES, type)) {
    const near = typeof type === 'string' ? nearest(type, CHECK_TYPES) : null;
    throw invalid(
      `${at}.type is ${JSON.stringify(type) ?? 'missing'}.`,
      `${near ? `Did you mean "${near}"? ` : ''}There are ${CHECK_TYPES.join(', ')}.`,
    );
  }
  const rules = RULES[type as Check['type']];
  for (const name of Object.keys(raw)) {
    if (name === 'type' || Object.hasOwn(rules, name)) continue;
    const names = Object.keys(rules);
    throw invalid(`${at}.${name} is unknown.`, `A check of type ${type} has ${names.join(', ')}.`);
  }
  for (const [name, rule] of Object.entries(rules)) checkField(raw[name], rule, `${at}.${name}`);
  return build(type as Check['type'], raw);
}

function checkField(value: unknown, { kind, needed }: FieldRule, at: string): void {
  if (value === undefined) {
    if (needed) throw invalid(`${at} is missing.`, `It must be ${WANTED[kind]}.`);
    return;
  }
  if (!fits(value, kind))
    throw invalid(`${at} is ${JSON.stringify(value)?.slice(0, 60)}.`, `It must be ${WANTED[kind]}.`);
}

const WANTED: Readonly<Record<FieldKind, string>> = {
  text: 'a text that is not empty',
  flag: 'true or false',
  object: 'an object',
  language: `one of ${PARSED_LANGUAGES.join(', ')}`,
};

function fits(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'flag':
      return typeof value === 'boolean';
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'language':
      return languageNamed(value) !== null;
  }
}

function languageNamed(value: unknown): ParsedLanguage | null {
  const name = typeof value === 'string' ? value.toLowerCase() : '';
  return (
    PARSED_LANGUAGES.find((language) => language === name) ?? (Object.hasOwn(ALSO, name) ? (ALSO[name] ?? null) : null)
  );
}

/** The fields are of their kinds by now. */
function build(type: Check['type'], raw: Raw): Check {
  const words = (name: string) => raw[name] as string;
  const negate = raw['negate'] === true ? { negate: true } : {};
  switch (type) {
    case 'json_schema':
      return { type, schema: raw['schema'] as Raw };
    case 'regex':
      return {
        type,
        pattern: words('pattern'),
        ...(raw['flags'] !== undefined && { flags: words('flags') }),
        ...negate,
      };
    case 'contains':
      return { type, text: words('text'), ...(raw['ignore_case'] === true && { ignoreCase: true }), ...negate };
    case 'grounded':
      return { type, ...(raw['source'] !== undefined && { source: words('source') }) };
    case 'parses':
      return { type, language: languageNamed(raw['language']) ?? 'json' };
    case 'named':
      return { type, name: words('name') };
  }
}

function invalid(message: string, remedy: string): FareboxError {
  return new FareboxError('invalid_request', message, { remedy });
}
