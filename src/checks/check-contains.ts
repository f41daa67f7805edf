import type { Check } from '../domain/check.ts';
import { quote } from './finding.ts';
import type { FindInText } from './prepared-check.ts';

/** A text stands in the answer, or, negated, does not. */
export function checkContains({ text, ignoreCase, negate }: Check & { type: 'contains' }): FindInText {
  const fold = (words: string) => (ignoreCase ? words.toLowerCase() : words);
  const wanted = fold(text);
  const finding = `The answer must ${negate ? 'not ' : ''}contain ${quote(text)}${ignoreCase ? ', in whatever case' : ''}.`;
  return (answer) => (fold(answer).includes(wanted) === (negate !== true) ? null : finding);
}
