import type { Check } from '../domain/check.ts';
import { FareboxError } from '../domain/errors.ts';
import { compilePattern } from './pattern.ts';
import type { FindInText } from './prepared-check.ts';

/** The answer matches a pattern somewhere, or, negated, nowhere. Throws `invalid_request` for what RE2 does not take. */
export function checkRegex({ pattern, flags, negate }: Check & { type: 'regex' }): FindInText {
  const compiled = compilePattern(pattern, flags);
  if (!compiled.ok) {
    throw new FareboxError('invalid_request', `The pattern /${pattern}/ cannot be used: ${compiled.reason}.`, {
      remedy:
        'Checks take RE2 syntax, which nothing can make slow: no lookaround such as (?!…) and no backreferences such as \\1. ' +
        'Divide it into several checks; `negate` says what must not match. Nothing was sent or spent.',
    });
  }
  const shown = `/${pattern}/${flags ?? ''}`;
  const finding = negate ? `The answer must not match ${shown}.` : `The answer must match ${shown}.`;
  // Models end their answers with a line break as they please, and `$` means the very end.
  return (answer) =>
    (compiled.matches(answer) || compiled.matches(answer.trim())) === (negate !== true) ? null : finding;
}
