import type { CompletionRequest } from '../../domain/completion-request.ts';
import { COMPLEXITY_CUES } from './complexity-cues.ts';
import { CONCEPTS } from './concepts.ts';
import type { HumanAsk } from './human-ask.ts';
import { createPhraseMatcher } from './phrase-matcher.ts';
import { SIGNALS, type Signal } from './task-rule.ts';
import { shapeOf, type TextShape } from './text-shape.ts';
import { wordsOf } from './words.ts';

/** All features by index: concepts first, then signals. */
export const FEATURES: readonly string[] = [...Object.keys(CONCEPTS), ...SIGNALS];

/** An ask as features: what the rules score. */
export interface AskFeatures {
  /** Strength of each feature of `FEATURES`: 0 absent, 1 there, up to 1.3 where the ask begins with it. */
  readonly strengths: Float64Array;
  /** The groups of `COMPLEXITY_CUES` that occur. */
  readonly complexityCues: ReadonlySet<number>;
  readonly shape: TextShape;
  /** Words of prose. */
  readonly wordCount: number;
}

/** The ask is usually said in the first or last words; what stands between them is often pasted. */
const HEAD_WORDS = 60;
const TAIL_WORDS = 30;
const MIDDLE_STRENGTH = 0.4;

/** Makes the function that turns an ask into features; build it once, it holds the compiled vocabulary. */
export function createAskReader(): (ask: HumanAsk, request: CompletionRequest) => AskFeatures {
  const concepts = Object.values(CONCEPTS);
  const question = FEATURES.indexOf('question');
  const test = FEATURES.indexOf('test');
  const withTest = FEATURES.indexOf('withTest');
  const match = createPhraseMatcher([...concepts, ...COMPLEXITY_CUES.map((cue) => cue.words)]);
  return (ask, request) => {
    const shape = shapeOf(ask.text);
    const { words, identifiers, namesFile } = wordsOf(shape.prose);
    const strengths = new Float64Array(FEATURES.length);
    const complexityCues = new Set<number>();
    let firstTest = Infinity;
    let firstWithTest = Infinity;
    match(words, (label, at) => {
      if (label === test) firstTest = Math.min(firstTest, at);
      else if (label === withTest) firstWithTest = Math.min(firstWithTest, at);
      if (label >= concepts.length) complexityCues.add(label - concepts.length);
      else strengths[label] = Math.max(strengths[label] ?? 0, strengthAt(at, words.length));
    });
    const hasCode = shape.codeLines > 0 || namesFile;
    const signals: Record<Signal, boolean> = {
      hasCode,
      namesFile,
      hasTrace: shape.traceLines > 0,
      hasDiff: shape.diffLines > 1,
      hasData: shape.dataLines > 0,
      hasText: words.length > 40,
      endsWithQuestion: endsWithQuestion(shape.prose),
      asksFirst: (strengths[question] ?? 0) > 1,
      short: words.length <= 7 && !hasCode,
      identifier: identifiers.length > 0,
      namesTool: identifiers.length > 0 && namesTool(request, identifiers),
      arithmetic: isArithmetic(ask.text),
      premises: hasPremises(shape.prose),
      testAlong: firstWithTest < firstTest,
      wantsJsonObject: request.responseFormat?.type === 'json_object',
      wantsJsonSchema: request.responseFormat?.type === 'json_schema',
    };
    SIGNALS.forEach((signal, i) => {
      if (signals[signal]) strengths[concepts.length + i] = 1;
    });
    return { strengths, complexityCues, shape, wordCount: words.length };
  };
}

function strengthAt(at: number, count: number): number {
  if (at < 3) return 1.3;
  if (at < 12) return 1.1;
  if (at < HEAD_WORDS || at >= count - TAIL_WORDS) return 1;
  return MIDDLE_STRENGTH;
}

function endsWithQuestion(prose: string): boolean {
  const end = prose.trimEnd();
  return end.endsWith('?') || end.endsWith('？') || end.includes('?\n');
}

/** "2+2", "15 % of 80": short, with a figure, and hardly a letter. */
function isArithmetic(text: string): boolean {
  if (text.length > 60) return false;
  let letters = 0;
  let digits = 0;
  let operators = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    else if ('+-*/^%=×÷'.includes(text.charAt(i))) operators++;
    else if (code > 64) letters++;
  }
  return digits > 0 && operators > 0 && letters <= 10;
}

const QUANTIFIED = /\b(?:all|every|some|no) [a-z]+ (?:are|is|can|have|has) /g;
const COMPARED =
  /\b(?:old|young|tall|short|heavi|light|fast|slow|rich|poor|bigg|small|larg|strong|weak)(?:er than|est)\b/g;

/** Two quantified statements or two comparisons among the first 400 characters. */
function hasPremises(prose: string): boolean {
  const head = prose.slice(0, 400);
  return occursTwice(head, QUANTIFIED) || occursTwice(head, COMPARED);
}

function occursTwice(text: string, pattern: RegExp): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text) && pattern.test(text);
}

function namesTool(request: CompletionRequest, identifiers: readonly string[]): boolean {
  return (request.tools ?? []).some((tool) => identifiers.includes(tool.name.toLowerCase()));
}
