import type { z } from 'zod';
import { nearest } from '../lib/nearest.ts';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a tool's arguments, as sentences that a model can act on: each names the argument, what was
 * expected, and for a misspelt name or value the nearest right one.
 */
export function explainArguments(
  toolName: string,
  known: readonly string[],
  args: unknown,
  issues: readonly Issue[],
): string {
  const sentences = issues.flatMap((issue) => explainIssue(known, args, issue));
  return `${toolName} was not run, nothing was spent: ${sentences.join(' ')}`;
}

function explainIssue(known: readonly string[], args: unknown, issue: Issue): string[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => (path ? `"${path}" has no field "${key}".` : explainUnknown(known, key)));
  }
  const given = valueAt(args, issue.path);
  if (path === '') return ['The arguments must be an object.'];
  if (given === undefined) return [`"${path}" is required.`];
  if (issue.code === 'invalid_value') return [explainValue(path, given, issue.values.map(String))];
  return [`"${path}": ${issue.message}.`];
}

function explainUnknown(known: readonly string[], key: string): string {
  const near = nearest(key, known);
  return `There is no argument "${clip(key)}"${near ? `; did you mean "${near}"?` : '.'} It takes: ${known.join(', ')}.`;
}

function explainValue(path: string, given: unknown, values: readonly string[]): string {
  const near = typeof given === 'string' ? nearest(given, values) : undefined;
  const shown = clip(JSON.stringify(given) ?? String(given));
  return `"${path}" cannot be ${shown}${near ? `; did you mean "${near}"?` : '.'} It may be: ${values.join(', ')}.`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path)
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined;
  return at;
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
