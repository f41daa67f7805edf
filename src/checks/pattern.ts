import { RE2JS, RE2JSException } from 're2js';

/** Whether a pattern matches anywhere in a text, in time that grows with the text's length only. */
export type Pattern = (text: string) => boolean;

const LONGEST_PATTERN = 10_000;

/** Flags of JavaScript that say something about whether a pattern matches; `g`, `u` and `y` are for those who go on. */
const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  u: 0,
  g: 0,
};

export type CompiledPattern =
  | { readonly ok: true; readonly matches: Pattern }
  /** In the engine's words: `invalid or unsupported Perl syntax`. */
  | { readonly ok: false; readonly reason: string };

/**
 * Compiles a pattern in RE2 syntax, which no pattern and no text can make slow, since it never goes back. That costs it
 * lookaround and backreferences. Escapes of JavaScript (`\u0041`, `\cA`) are understood.
 */
export function compilePattern(pattern: string, flags = ''): CompiledPattern {
  if (pattern.length > LONGEST_PATTERN) {
    return { ok: false, reason: `it is ${pattern.length} characters long, and ${LONGEST_PATTERN} are allowed` };
  }
  const unknown = [...flags].find((flag) => FLAGS[flag] === undefined);
  if (unknown !== undefined) return { ok: false, reason: `flag "${unknown}" is unknown; there are i, m and s` };
  const bits = [...flags].reduce((all, flag) => all | (FLAGS[flag] ?? 0), 0);
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), bits);
    return { ok: true, matches: (text) => compiled.test(text) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, reason: error.message.replace(/^error parsing regexp: /, '') };
  }
}
