import { isRecord } from '../../lib/json-value.ts';
import { joinFindings, quote } from '../finding.ts';
import { FORMATS } from './formats.ts';
import { isNestedDeeper } from './nesting.ts';
import { checkAny, checkNumber, firstTwin } from './plain-keywords.ts';
import type { PreparedSchema } from './prepare-schema.ts';
import { escapePointer, isSchema, type JsonSchema } from './schema.ts';

/** Deeper than any answer of use, and far from what the stack holds. */
const DEEPEST = 200;
/** Schemas applied to values: some 100 ms of work, which only a schema that multiplies itself needs. */
const MOST_STEPS = 400_000;

/** What a schema said of one value: what is wrong, and what of it the schema has looked at (for `unevaluated…`). */
interface Verdict {
  readonly findings: string[];
  readonly properties: Set<string>;
  /** Items looked at: those before this index, and those in the set. */
  items: number;
  readonly contained: Set<number>;
}

/** For schemas that never ask what was looked at: always empty. */
const UNTRACKED_NAMES = new Set<string>();
const UNTRACKED_ITEMS = new Set<number>();

/** Checks a JSON value against a schema: null where it fits, else what does not, by JSON pointer, for a model to mend. */
export function checkValue(schema: PreparedSchema, value: unknown): string | null {
  if (isNestedDeeper(value, DEEPEST)) return `It is nested more than ${DEEPEST} levels deep.`;
  const evaluator = new Evaluator(schema);
  const { findings } = evaluator.apply(schema.root, value, '', 0);
  if (evaluator.exhausted) return 'The schema takes too long to check for this answer.';
  return findings.length === 0 ? null : joinFindings([...new Set(findings)]);
}

/** One run over one value. */
class Evaluator {
  readonly #schema: PreparedSchema;
  #steps = 0;

  constructor(schema: PreparedSchema) {
    this.#schema = schema;
  }

  get exhausted(): boolean {
    return this.#steps > MOST_STEPS;
  }

  apply(schema: JsonSchema, value: unknown, pointer: string, depth: number): Verdict {
    const verdict: Verdict = this.#schema.tracksEvaluated
      ? { findings: [], properties: new Set(), items: 0, contained: new Set() }
      : { findings: [], properties: UNTRACKED_NAMES, items: 0, contained: UNTRACKED_ITEMS };
    if (schema === true) return verdict;
    if (schema === false) {
      verdict.findings.push(`${at(pointer)}: nothing is allowed here; leave it out.`);
      return verdict;
    }
    if (++this.#steps > MOST_STEPS) return verdict;
    if (depth > DEEPEST * 2) {
      this.#steps = MOST_STEPS + 1;
      return verdict;
    }
    const say = (words: string) => verdict.findings.push(`${at(pointer)}: ${words}`);
    const also = (part: JsonSchema) => this.#adopt(verdict, this.apply(part, value, pointer, depth + 1));

    const reference = this.#schema.references.get(schema);
    if (reference !== undefined) also(reference);
    checkAny(schema, value, say);
    if (typeof value === 'string') this.#checkText(schema, value, say);
    else if (typeof value === 'number') checkNumber(schema, value, say);
    this.#combine(schema, value, pointer, depth, verdict, say);
    if (Array.isArray(value)) this.#checkItems(schema, value, pointer, depth, verdict, say);
    else if (isRecord(value)) this.#checkProperties(schema, value, pointer, depth, verdict, say);
    return verdict;
  }

  #passes(schema: JsonSchema, value: unknown, pointer: string, depth: number): Verdict | null {
    const verdict = this.apply(schema, value, pointer, depth + 1);
    return verdict.findings.length === 0 ? verdict : null;
  }

  /** What another schema has looked at counts only where it was content. */
  #adopt(into: Verdict, from: Verdict): void {
    into.findings.push(...from.findings);
    if (from.findings.length > 0 || !this.#schema.tracksEvaluated) return;
    for (const name of from.properties) into.properties.add(name);
    for (const index of from.contained) into.contained.add(index);
    into.items = Math.max(into.items, from.items);
  }

  #checkText(schema: Readonly<Record<string, unknown>>, value: string, say: (words: string) => void): void {
    const { minLength, maxLength, pattern, format } = schema;
    const length = typeof minLength === 'number' || typeof maxLength === 'number' ? [...value].length : 0;
    if (typeof minLength === 'number' && length < minLength)
      say(`${quote(value)} is shorter than ${minLength} characters.`);
    if (typeof maxLength === 'number' && length > maxLength)
      say(`${quote(value)} is longer than ${maxLength} characters.`);
    if (typeof pattern === 'string' && !this.#matches(pattern, value))
      say(`${quote(value)} does not match the pattern ${pattern}.`);
    if (typeof format === 'string' && Object.hasOwn(FORMATS, format) && !FORMATS[format]?.(value)) {
      say(`${quote(value)} is not in the format ${format}.`);
    }
  }

  #matches(pattern: string, text: string): boolean {
    return this.#schema.patterns.get(pattern)?.(text) ?? true;
  }

  #combine(
    schema: Readonly<Record<string, unknown>>,
    value: unknown,
    pointer: string,
    depth: number,
    verdict: Verdict,
    say: (words: string) => void,
  ): void {
    const { allOf, anyOf, oneOf, not } = schema;
    for (const part of listOf(allOf)) this.#adopt(verdict, this.apply(part, value, pointer, depth + 1));
    if (Array.isArray(anyOf)) this.#choose(listOf(anyOf), value, pointer, depth, verdict, say, 'at least one');
    if (Array.isArray(oneOf)) this.#choose(listOf(oneOf), value, pointer, depth, verdict, say, 'exactly one');
    if (isSchema(not) && this.#passes(not, value, pointer, depth)) say('it is what the schema rules out ("not").');
    if (isSchema(schema['if'])) {
      const met = this.#passes(schema['if'], value, pointer, depth);
      if (met) this.#adopt(verdict, met);
      const branch = met ? schema['then'] : schema['else'];
      if (isSchema(branch)) this.#adopt(verdict, this.apply(branch, value, pointer, depth + 1));
    }
  }

  #choose(
    options: readonly JsonSchema[],
    value: unknown,
    pointer: string,
    depth: number,
    verdict: Verdict,
    say: (words: string) => void,
    wanted: 'at least one' | 'exactly one',
  ): void {
    const tried = options.map((option) => this.apply(option, value, pointer, depth + 1));
    const passed = tried.filter(({ findings }) => findings.length === 0);
    for (const option of passed) this.#adopt(verdict, option);
    if (passed.length > 1 && wanted === 'exactly one')
      say(`it fits ${passed.length} alternatives of "oneOf"; it must fit exactly one.`);
    if (passed.length > 0) return;
    // The alternative that came nearest is most likely the one that was meant.
    const nearest = tried.reduce((best, option) => (isNearer(option, best) ? option : best), tried[0]);
    say(`it fits none of the ${options.length} alternatives; ${wanted} must fit. The nearest says:`);
    verdict.findings.push(...(nearest?.findings ?? []));
  }

  #checkItems(
    schema: Readonly<Record<string, unknown>>,
    value: readonly unknown[],
    pointer: string,
    depth: number,
    verdict: Verdict,
    say: (words: string) => void,
  ): void {
    const { minItems, maxItems, uniqueItems, prefixItems, items, contains } = schema;
    if (typeof minItems === 'number' && value.length < minItems)
      say(`it has ${value.length} items and needs at least ${minItems}.`);
    if (typeof maxItems === 'number' && value.length > maxItems)
      say(`it has ${value.length} items and may have at most ${maxItems}.`);
    if (uniqueItems === true) {
      const twin = firstTwin(value);
      if (twin) say(`items ${twin[0]} and ${twin[1]} are the same, and each may stand only once.`);
    }
    const item = (part: JsonSchema, index: number) => {
      verdict.findings.push(...this.apply(part, value[index], `${pointer}/${index}`, depth + 1).findings);
    };
    // Before 2020-12, `items` as a list was what is `prefixItems` now, and `additionalItems` what is `items`.
    const tuple = Array.isArray(prefixItems) ? listOf(prefixItems) : Array.isArray(items) ? listOf(items) : [];
    const rest = Array.isArray(items) ? schema['additionalItems'] : items;
    for (const [index, part] of tuple.slice(0, value.length).entries()) item(part, index);
    verdict.items = Math.max(verdict.items, Math.min(tuple.length, value.length));
    if (isSchema(rest)) {
      for (let index = tuple.length; index < value.length; index++) item(rest, index);
      verdict.items = value.length;
    }
    if (isSchema(contains)) this.#checkContains(schema, contains, value, pointer, depth, verdict, say);
    const { unevaluatedItems } = schema;
    if (isSchema(unevaluatedItems)) {
      for (let index = verdict.items; index < value.length; index++)
        if (!verdict.contained.has(index)) item(unevaluatedItems, index);
      verdict.items = value.length;
    }
  }

  #checkContains(
    schema: Readonly<Record<string, unknown>>,
    contains: JsonSchema,
    value: readonly unknown[],
    pointer: string,
    depth: number,
    verdict: Verdict,
    say: (words: string) => void,
  ): void {
    const least = typeof schema['minContains'] === 'number' ? schema['minContains'] : 1;
    const most = typeof schema['maxContains'] === 'number' ? schema['maxContains'] : Number.POSITIVE_INFINITY;
    const found = value.flatMap((entry, index) =>
      this.#passes(contains, entry, `${pointer}/${index}`, depth) ? [index] : [],
    );
    if (this.#schema.tracksEvaluated) for (const index of found) verdict.contained.add(index);
    if (found.length < least)
      say(`${found.length} items are of the kind that "contains" asks for; at least ${least} must be.`);
    if (found.length > most)
      say(`${found.length} items are of the kind that "contains" asks for; at most ${most} may be.`);
  }

  #checkProperties(
    schema: Readonly<Record<string, unknown>>,
    value: Readonly<Record<string, unknown>>,
    pointer: string,
    depth: number,
    verdict: Verdict,
    say: (words: string) => void,
  ): void {
    const names = Object.keys(value);
    const { minProperties, maxProperties, propertyNames, additionalProperties, unevaluatedProperties } = schema;
    if (typeof minProperties === 'number' && names.length < minProperties)
      say(`it has ${names.length} properties and needs at least ${minProperties}.`);
    if (typeof maxProperties === 'number' && names.length > maxProperties)
      say(`it has ${names.length} properties and may have at most ${maxProperties}.`);
    for (const name of namesOf(schema['required']))
      if (!Object.hasOwn(value, name)) say(`the property ${quote(name)} is missing.`);
    this.#checkDependencies(schema, value, pointer, depth, verdict, say);

    const own = isRecord(schema['properties']) ? schema['properties'] : {};
    const byPattern = isRecord(schema['patternProperties']) ? Object.entries(schema['patternProperties']) : [];
    const below = (part: unknown, name: string) => {
      if (this.#schema.tracksEvaluated) verdict.properties.add(name);
      if (part === false) say(`the property ${quote(name)} is not allowed; leave it out.`);
      else if (isSchema(part))
        verdict.findings.push(
          ...this.apply(part, value[name], `${pointer}/${escapePointer(name)}`, depth + 1).findings,
        );
    };
    const known = new Set<string>();
    for (const name of names) {
      if (isSchema(propertyNames) && !this.#passes(propertyNames, name, pointer, depth))
        say(`the name ${quote(name)} is not allowed for a property.`);
      const parts = [
        ...(Object.hasOwn(own, name) ? [own[name]] : []),
        ...byPattern.flatMap(([pattern, part]) => (this.#matches(pattern, name) ? [part] : [])),
      ];
      if (parts.length > 0) known.add(name);
      for (const part of parts) below(part, name);
    }
    if (isSchema(additionalProperties))
      for (const name of names) if (!known.has(name)) below(additionalProperties, name);
    if (isSchema(unevaluatedProperties)) {
      for (const name of names) if (!verdict.properties.has(name)) below(unevaluatedProperties, name);
    }
  }

  #checkDependencies(
    schema: Readonly<Record<string, unknown>>,
    value: Readonly<Record<string, unknown>>,
    pointer: string,
    depth: number,
    verdict: Verdict,
    say: (words: string) => void,
  ): void {
    for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
      const rules = schema[keyword];
      if (!isRecord(rules)) continue;
      for (const [name, rule] of Object.entries(rules)) {
        if (!Object.hasOwn(value, name)) continue;
        for (const needed of namesOf(rule))
          if (!Object.hasOwn(value, needed)) say(`beside ${quote(name)} the property ${quote(needed)} is missing.`);
        if (isSchema(rule)) this.#adopt(verdict, this.apply(rule, value, pointer, depth + 1));
      }
    }
  }
}

/** Fewer findings; of those with as many, the one whose findings lie deeper, since it took the value for what it is. */
function isNearer(a: Verdict, b: Verdict | undefined): boolean {
  if (!b || a.findings.length !== b.findings.length) return !b || a.findings.length < b.findings.length;
  const depth = ({ findings }: Verdict) => findings[0]?.split(':')[0]?.split('/').length ?? 0;
  return depth(a) > depth(b);
}

function at(pointer: string): string {
  return pointer === '' ? '(root)' : pointer;
}

function listOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
