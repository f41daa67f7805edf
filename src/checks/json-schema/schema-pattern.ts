import { compilePattern, type Pattern } from '../pattern.ts';
import { splitLookaheads } from './split-lookaheads.ts';

export type CompiledSchemaPattern =
  | { readonly ok: true; readonly matches: Pattern }
  /** What is wrong, behind `the pattern "…"`, with what to write instead where it could be written otherwise. */
  | { readonly ok: false; readonly fault: string };

/**
 * Patterns of zod that RE2 cannot express, and that the engine of JavaScript decides in time that grows with the square
 * of the text's length at most: a duration, an emoji. Only these very texts, and only for values of a bounded length.
 */
const KNOWN_SAFE: ReadonlySet<string> = new Set([
  String.raw`^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$`,
  String.raw`^(?=[\s\S]*[\p{Extended_Pictographic}\p{Regional_Indicator}\u20E3])[\p{Extended_Pictographic}\p{Emoji_Component}]+$`,
]);
const LONGEST_VALUE = 256;

/**
 * The `pattern` of a schema: RE2, so that no pattern and no text is slow. Lookaheads right behind a leading `^`, which
 * generators of schemas write for mail addresses and people for passwords, are conditions on the text from its beginning:
 * each is matched by itself. Other lookaround and backreferences are not decided at all.
 */
export function compileSchemaPattern(pattern: string): CompiledSchemaPattern {
  const whole = compilePattern(pattern);
  if (whole.ok) return whole;
  if (KNOWN_SAFE.has(pattern)) {
    const native = new RegExp(pattern, 'u');
    return { ok: true, matches: (text) => text.length <= LONGEST_VALUE && native.test(text) };
  }
  return compileConditions(pattern) ?? { ok: false, fault: faultOf(pattern, whole.reason) };
}

function compileConditions(pattern: string): CompiledSchemaPattern | null {
  const parts = splitLookaheads(pattern)?.map(({ source, negated }) => ({
    compiled: compilePattern(`^(?:${source})`),
    negated,
  }));
  const conditions: Pattern[] = [];
  for (const { compiled, negated } of parts ?? []) {
    if (!compiled.ok) return null;
    conditions.push(negated ? (text) => !compiled.matches(text) : compiled.matches);
  }
  return parts ? { ok: true, matches: (text) => conditions.every((holds) => holds(text)) } : null;
}

function faultOf(pattern: string, reason: string): string {
  try {
    new RegExp(pattern, 'u');
  } catch {
    return `is none: ${reason}`;
  }
  return (
    `cannot be decided in bounded time (${reason}). Lookaheads may stand right behind a leading "^", outside of groups; ` +
    'else leave the pattern out, or say it with "allOf", "not" and patterns without lookaround and backreferences'
  );
}
