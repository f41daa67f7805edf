import { createContext, Script } from 'node:vm';
import { compilePattern, type Pattern } from '../pattern.ts';

/** How long a pattern that RE2 cannot express may take for one string. */
const PATIENCE_MS = 50;

/**
 * The `pattern` of a schema. RE2 where it can express it. Patterns with lookahead, which generators of schemas write for
 * mail addresses, run on the engine of JavaScript under a time limit; one that runs into it counts as not matching.
 * Null where it is no pattern in either.
 */
export function compileSchemaPattern(pattern: string): Pattern | null {
  const compiled = compilePattern(pattern);
  if (compiled.ok) return compiled.matches;
  let native: RegExp;
  try {
    native = new RegExp(pattern, 'u');
  } catch {
    return null;
  }
  return (text) => testInTime(native, text);
}

/** Only `vm` can interrupt a match that goes on; pattern and text come to it as values, never as code. */
function testInTime(pattern: RegExp, text: string): boolean {
  SUBJECT.pattern = pattern;
  SUBJECT.text = text;
  try {
    return TEST.runInContext(CONTEXT, { timeout: PATIENCE_MS }) === true;
  } catch {
    return false;
  } finally {
    SUBJECT.text = '';
  }
}

const SUBJECT: { pattern: RegExp; text: string } = { pattern: /$/, text: '' };
const CONTEXT = createContext(SUBJECT);
const TEST = new Script('pattern.test(text)');
