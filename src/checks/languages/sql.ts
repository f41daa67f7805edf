import { nearest } from '../../lib/nearest.ts';
import { type FindFault, placeOf, type SyntaxFault } from './language.ts';
import { type SqlToken, sqlTokens } from './sql-tokens.ts';
import { AFTER_STAR, CLAUSES, GRAMMAR_WORDS, NEEDS_OPERAND, UNARY, VERBS, WITH_EXPRESSIONS } from './sql-words.ts';

/**
 * SQL of any dialect, by what all of them share: known statements, brackets that close, an operand where one is needed,
 * clauses in their order, no words without a role. No dialect's full grammar, so that none is refused for being itself;
 * the time it takes grows with the text's length only.
 */
export const findSqlFault: FindFault = (code) => {
  const split = sqlTokens(code);
  if ('fault' in split) return split.fault;
  const statements = splitStatements(split.tokens);
  const fault = (found: Fault | null): SyntaxFault | null =>
    found && { ...placeOf(code, found.at?.offset ?? code.trimEnd().length), message: found.message };
  if (statements.length === 0) return { line: 1, column: 1, message: 'there is no statement' };
  for (const statement of statements) {
    const found =
      bracketFault(statement) ??
      verbFault(statement) ??
      partsFault(statement) ??
      neighbourFault(statement) ??
      orderFault(statement);
    if (found) return fault(found);
  }
  return null;
};

/** `at`: null is the end. */
interface Fault {
  readonly at: SqlToken | null;
  readonly message: string;
}

function splitStatements(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  const statements: SqlToken[][] = [[]];
  for (const token of tokens) {
    if (token.text === ';' && token.kind === 'sign') statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.filter((statement) => statement.length > 0);
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

function bracketFault(statement: readonly SqlToken[]): Fault | null {
  const open: SqlToken[] = [];
  for (const token of statement) {
    if (token.kind !== 'sign') continue;
    if (CLOSING[token.text] !== undefined) open.push(token);
    else if (token.text === ')' || token.text === ']' || token.text === '}') {
      const opening = open.pop();
      if (!opening || CLOSING[opening.text] !== token.text)
        return { at: token, message: `nothing opens this ${token.text}` };
    }
  }
  const left = open.at(-1);
  return left ? { at: left, message: `this ${left.text} is never closed` } : null;
}

function verbFault([first]: readonly SqlToken[]): Fault | null {
  if (!first || first.text === '(' || (first.kind === 'word' && VERBS.has(first.text))) return null;
  const near = first.kind === 'word' ? nearest(first.text, [...VERBS]) : null;
  return { at: first, message: `no statement begins with ${first.text}${near ? `; did you mean ${near}?` : ''}` };
}

/** Statements that are nothing without some part. */
function partsFault(statement: readonly SqlToken[]): Fault | null {
  const lacks = (...parts: string[]) => !statement.some(({ kind, text }) => kind === 'word' && parts.includes(text));
  const second = statement[1];
  switch (statement[0]?.text) {
    case 'UPDATE':
      return lacks('SET') ? { at: null, message: 'UPDATE lacks SET' } : null;
    case 'INSERT':
    case 'REPLACE':
      return lacks('VALUES', 'VALUE', 'SELECT', 'DEFAULT', 'SET', 'TABLE', 'EXEC', 'WITH')
        ? { at: null, message: 'INSERT lacks VALUES or SELECT' }
        : null;
    case 'WITH':
      return lacks('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'VALUES', 'TABLE')
        ? { at: null, message: 'WITH lacks its statement' }
        : null;
    case 'SELECT':
    case 'DELETE':
    case 'CREATE':
    case 'ALTER':
    case 'DROP':
      return second ? null : { at: null, message: `${statement[0].text} lacks what follows it` };
    default:
      return null;
  }
}

/** Each token beside the next one: an operand where one is needed, and no words without a role. */
function neighbourFault(statement: readonly SqlToken[]): Fault | null {
  // In definitions, expressions are found behind their first SELECT only.
  const from = WITH_EXPRESSIONS.has(statement[0]?.text ?? '') ? 0 : statement.findIndex(isWord('SELECT'));
  let plainWords = 0;
  for (const [index, token] of statement.entries()) {
    const before = statement[index - 1];
    const next = statement[index + 1] ?? null;
    if (token.text === ',' && (next === null || next.text === ',' || next.text === ')'))
      return { at: token, message: 'nothing follows this comma' };
    if (from < 0 || index < from) continue;
    const isFirst = index === 0;
    if (needsOperand(token, before, isFirst) && cannotBegin(token, next)) {
      return { at: next, message: `${token.text} needs something behind it, not ${next?.text ?? 'the end'}` };
    }
    if (isStar(token, before) && next?.kind === 'word' && !AFTER_STAR.has(next.text) && before?.text !== '.') {
      const near = nearest(next.text, [...AFTER_STAR]);
      return { at: next, message: `${next.text} cannot stand behind *${near ? `; did you mean ${near}?` : ''}` };
    }
    plainWords = isPlain(token, before, next)
      ? plainWords + (before?.text === '.' ? 0 : 1)
      : token.text === '.'
        ? plainWords
        : 0;
    if (plainWords > 2)
      return {
        at: token,
        message: `${before?.text} ${token.text} has no role here; is an operator or a comma missing, or a word misspelt?`,
      };
  }
  return null;
}

/** A word that is neither grammar nor the name of a function. */
function isPlain(token: SqlToken, before: SqlToken | undefined, next: SqlToken | null): boolean {
  if (token.kind === 'name') return true;
  return token.kind === 'word' && next?.text !== '(' && (before?.text === '.' || !GRAMMAR_WORDS.has(token.text));
}

function needsOperand(token: SqlToken, before: SqlToken | undefined, isFirst: boolean): boolean {
  if (before?.text === '.') return false;
  if (token.kind === 'operator') return !isStar(token, before) && token.text !== '?';
  if (token.text === 'UPDATE') return isFirst;
  return token.text === ',' || (token.kind === 'word' && NEEDS_OPERAND.has(token.text));
}

/** `*` that means all columns. */
function isStar({ kind, text }: SqlToken, before: SqlToken | undefined): boolean {
  if (kind !== 'operator' || text !== '*') return false;
  return (
    before === undefined ||
    before.text === '(' ||
    before.text === '.' ||
    before.text === ',' ||
    (before.kind === 'word' && ['SELECT', 'DISTINCT', 'ALL', 'RETURNING'].includes(before.text))
  );
}

function cannotBegin(needy: SqlToken, next: SqlToken | null): boolean {
  if (next === null || next.text === ')' || next.text === ',' || next.text === ']') return true;
  if (next.kind === 'operator') return !UNARY.test(next.text);
  if (next.kind !== 'word') return false;
  if (needy.text === 'FROM' || needy.text === 'JOIN') return next.text === 'SELECT' || CLAUSES.has(next.text);
  if (needy.text === 'ON' || needy.text === 'THEN') return CLAUSES.has(next.text) && next.text !== 'SET';
  // LEFT(x, 2), VALUES(x) and the like are functions there.
  return CLAUSES.has(next.text);
}

const CLAUSE_ORDER: Readonly<Record<string, number>> = { FROM: 1, WHERE: 2, GROUP: 3, HAVING: 4, ORDER: 5, LIMIT: 6 };
const BEGINS_ANEW = new Set(['SELECT', 'UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'CONFLICT', 'DUPLICATE']);

/** The clauses of each SELECT, bracket by bracket, each at most once and in their order. */
function orderFault(statement: readonly SqlToken[]): Fault | null {
  const levels: { inSelect: boolean; last: number; name: string }[] = [{ inSelect: false, last: 0, name: '' }];
  for (const [index, token] of statement.entries()) {
    const level = levels.at(-1);
    if (token.text === '(') levels.push({ inSelect: false, last: 0, name: '' });
    else if (token.text === ')') levels.pop();
    if (!level || token.kind !== 'word' || statement[index - 1]?.text === '.') continue;
    if (BEGINS_ANEW.has(token.text)) {
      level.inSelect = token.text === 'SELECT';
      level.last = 0;
    }
    const place = level.inSelect ? clausePlace(statement, index) : undefined;
    if (place === undefined) continue;
    if (place === level.last) return { at: token, message: `a second ${token.text}` };
    if (place < level.last) return { at: token, message: `${token.text} must stand before ${level.name}` };
    level.last = place;
    level.name = token.text;
  }
  return null;
}

/** GROUP and ORDER are clauses with BY only, and FROM is none in IS DISTINCT FROM. */
function clausePlace(statement: readonly SqlToken[], index: number): number | undefined {
  const text = statement[index]?.text ?? '';
  if ((text === 'GROUP' || text === 'ORDER') && statement[index + 1]?.text !== 'BY') return undefined;
  if (text === 'FROM' && statement[index - 1]?.text === 'DISTINCT') return undefined;
  return CLAUSE_ORDER[text];
}

function isWord(word: string): (token: SqlToken) => boolean {
  return ({ kind, text }) => kind === 'word' && text === word;
}
