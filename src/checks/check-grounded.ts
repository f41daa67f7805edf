import { joinFindings, quote } from './finding.ts';
import { escapePointer } from './json-schema/schema.ts';
import { numbersIn } from './numbers-in.ts';
import type { FindInText } from './prepared-check.ts';
import { readJsonAnswer } from './read-json-answer.ts';

/** Values looked up in one answer; more of them are no extraction any more. */
const MOST_VALUES = 20_000;
const LONGEST_EXACT_NUMBER = 15;

/**
 * Every text and number in a JSON answer stands verbatim in the source. Texts: as written, case and punctuation
 * included, whatever white space divides their words, and not as a part of a longer word or number. Numbers: the same
 * value, however the source groups its digits (1,234.50 or 1 234,50). Nothing else counts as the same: a date written
 * in another order, a rounded sum and a translated name are findings. Names of properties, booleans, null and empty
 * texts are not looked up.
 */
export function checkGrounded(sourceText: string): FindInText {
  const source = normalise(sourceText);
  const numbers = numbersIn(source);
  return (answer) => {
    const json = readJsonAnswer(answer);
    if (!json.ok) return json.finding;
    const findings: string[] = [];
    let count = 0;
    // Values mostly stand in the source in the order of the answer, so each is looked for from the last one on.
    let last = 0;
    for (const { pointer, value } of leavesOf(json.value)) {
      if (++count > MOST_VALUES) return `The answer holds more than ${MOST_VALUES} values.`;
      const at = pointer === '' ? '(root)' : pointer;
      if (typeof value === 'string') {
        const found = findWhole(source, normalise(value), last);
        if (found >= 0) last = found;
        else findings.push(`${at}: ${quote(value)} does not stand in the source; copy it exactly, or leave it out.`);
      } else if (typeof value === 'number' && !numbers.has(value)) {
        findings.push(`${at}: the number ${value} does not stand in the source; take one that does, or leave it out.`);
      } else if (typeof value === 'number' && isInexact(value)) {
        findings.push(`${at}: the number ${value} has too many digits to be exact; write it as a text.`);
      }
    }
    return findings.length === 0 ? null : joinFindings(findings);
  };
}

function isInexact(value: number): boolean {
  return (
    String(value).replace(/^-?0*\.?0*|[.-]|e.*$/g, '').length > LONGEST_EXACT_NUMBER && !Number.isSafeInteger(value)
  );
}

function normalise(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

interface Leaf {
  readonly pointer: string;
  readonly value: unknown;
}

/** Without recursion, so that no nesting uses up the stack. */
function* leavesOf(root: unknown): Generator<Leaf> {
  const waiting: Leaf[] = [{ pointer: '', value: root }];
  for (let leaf = waiting.pop(); leaf; leaf = waiting.pop()) {
    const { pointer, value } = leaf;
    if (typeof value !== 'object' || value === null) {
      yield leaf;
      continue;
    }
    const entries = Object.entries(value).map(([step, part]) => ({
      pointer: pointer.length > 500 ? pointer : `${pointer}/${escapePointer(step)}`,
      value: part,
    }));
    for (const entry of entries.reverse()) waiting.push(entry);
  }
}

/** Where a text stands in the source as whole words and whole numbers, looked for from a place on and then before it; -1: nowhere. */
function findWhole(source: string, text: string, from: number): number {
  if (text === '') return from;
  const next = findFrom(source, text, from);
  return next >= 0 || from === 0 ? next : findFrom(source, text, 0);
}

function findFrom(source: string, text: string, from: number): number {
  for (let at = source.indexOf(text, from); at >= 0; at = source.indexOf(text, at + 1)) {
    if (isEdge(source, at, -1) && isEdge(source, at + text.length - 1, 1)) return at;
  }
  return -1;
}

/** Whether a word or number ends at a place, seen in a direction. */
function isEdge(source: string, at: number, direction: 1 | -1): boolean {
  const own = letterAt(source, at);
  const next = letterAt(source, at + direction);
  if (DIGIT.test(own)) {
    const beyond = letterAt(source, at + 2 * direction);
    return !DIGIT.test(next) && !(/[.,]/.test(next) && DIGIT.test(beyond));
  }
  // Scripts that do not divide words have words that touch.
  return !(LETTER.test(own) && LETTER.test(next)) || UNDIVIDED.test(own) || UNDIVIDED.test(next);
}

function letterAt(source: string, at: number): string {
  return source[at] ?? '';
}

const DIGIT = /^\d$/;
const LETTER = /^\p{L}$/u;
const UNDIVIDED = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]$/u;
