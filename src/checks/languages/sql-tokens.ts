import { placeOf, type SyntaxFault } from './language.ts';

export interface SqlToken {
  readonly kind: 'word' | 'name' | 'literal' | 'operator' | 'sign';
  /** Words in upper case; signs and operators as they are. */
  readonly text: string;
  readonly offset: number;
}

export type SqlTokens = { readonly tokens: readonly SqlToken[] } | { readonly fault: SyntaxFault };

interface Rule {
  readonly kind: SqlToken['kind'] | 'space';
  readonly expression: RegExp;
}

const SPACE: Rule = { kind: 'space', expression: /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y };
const WORD: Rule = { kind: 'word', expression: /[A-Za-z_][\w$]*(?![\w$\u0080-\uffff])/y };
/** What stands in SQL of any dialect beside texts; the first rule that matches counts. The commonest come first. */
const RULES: readonly Rule[] = [
  SPACE,
  WORD,
  { kind: 'sign', expression: /[(),;.[\]{}](?!\d)|[(),;[\]{}]/y },
  { kind: 'literal', expression: /\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\.\d+/y },
  { kind: 'literal', expression: /[:$@]{1,2}[A-Za-z_]\w*|\$\d+|%s|%\(\w+\)s/y },
  { kind: 'name', expression: /"(?:[^"]|"")*"|`(?:[^`]|``)*`/y },
  { kind: 'operator', expression: /::|:=|[-+*/<>=~!@#%^&|?:]{1,8}/y },
  { kind: 'word', expression: /[\p{L}_][\p{L}\p{N}_$]*/uy },
];
const TEXT = /'(?:[^']|'')*'/y;
/** MySQL, and the texts of PostgreSQL that begin with E, let a backslash stand before a quote. */
const TEXT_WITH_ESCAPES = /'(?:[^'\\]|''|\\[\s\S])*'/y;

/** Splits SQL into tokens; comments and space are left out. */
export function sqlTokens(code: string): SqlTokens {
  const standard = split(code, TEXT);
  return 'fault' in standard && code.includes("\\'") ? split(code, TEXT_WITH_ESCAPES) : standard;
}

function split(code: string, text: RegExp): SqlTokens {
  const tokens: SqlToken[] = [];
  for (let offset = 0; offset < code.length; ) {
    const add = (kind: SqlToken['kind'], written: string) => tokens.push({ kind, text: written, offset });
    const end = code[offset] === "'" ? matchAt(text, code, offset) : null;
    if (end !== null) {
      add('literal', "'…'");
      offset = end;
      continue;
    }
    const quoted = dollarQuoted(code, offset);
    if (quoted !== null) {
      if (quoted < 0) return { fault: { ...placeOf(code, offset), message: 'this text in dollar quotes has no end' } };
      add('literal', '$…$');
      offset = quoted;
      continue;
    }
    const bracketed = bracketedName(code, offset, tokens.at(-1));
    if (bracketed !== null) {
      add('name', '[…]');
      offset = bracketed;
      continue;
    }
    const rule = RULES.find(({ expression }) => {
      expression.lastIndex = offset;
      return expression.test(code);
    });
    if (!rule) return { fault: { ...placeOf(code, offset), message: unreadable(code, offset) } };
    let found = rule.expression.lastIndex;
    if (rule.kind === 'operator') {
      const written = code.slice(offset, found);
      if (written.startsWith('/*')) return { fault: { ...placeOf(code, offset), message: 'this comment has no end' } };
      const comment = written.search(/--|\/\*/);
      if (comment > 0) found = offset + comment;
    }
    const written = code.slice(offset, found);
    if (rule.kind !== 'space') add(rule.kind, rule.kind === 'word' ? written.toUpperCase() : written);
    offset = found;
  }
  return { tokens };
}

function matchAt(expression: RegExp, code: string, offset: number): number | null {
  expression.lastIndex = offset;
  return expression.test(code) ? expression.lastIndex : null;
}

/** Where a text in the dollar quotes of PostgreSQL (`$body$ … $body$`) ends; -1: nowhere; null: there is none. */
function dollarQuoted(code: string, offset: number): number | null {
  if (code[offset] !== '$') return null;
  const [quotes] = /^\$(?:[A-Za-z_]\w{0,62})?\$/.exec(code.slice(offset, offset + 65)) ?? [];
  if (quotes === undefined) return null;
  const end = code.indexOf(quotes, offset + quotes.length);
  return end < 0 ? -1 : end + quotes.length;
}

/** `[Order Details]` is a name in Transact-SQL and SQLite; behind an operand or ARRAY, brackets are something else. */
function bracketedName(code: string, offset: number, before: SqlToken | undefined): number | null {
  if (code[offset] !== '[') return null;
  const follows =
    before && (before.kind === 'name' || before.text === ')' || before.text === ']' || before.text === 'ARRAY');
  const touches = before?.kind === 'word' && /\w/.test(code[offset - 1] ?? '');
  if (follows || touches) return null;
  const name = /^\[[A-Za-z_][\w .#-]*\]/.exec(code.slice(offset, offset + 130));
  return name ? offset + name[0].length : null;
}

function unreadable(code: string, offset: number): string {
  if (code[offset] === "'") return 'this text in quotes has no end';
  if (code[offset] === '"' || code[offset] === '`') return 'this quoted name has no end';
  return `${JSON.stringify(code.slice(offset, offset + 10))} is no SQL`;
}
