import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { FareboxError } from '../domain/errors.ts';
import { describeIssue } from './describe-issue.ts';
import { type FieldPath, formatPath, isSecretPath, valueAt } from './field-path.ts';
import { type ParsedJson, parseJsonc } from './parse-jsonc.ts';
import { type Environment, substituteVariables } from './substitute-variables.ts';

/** Returns a file's text, null where there is no such file; throws where it cannot be read. */
export type ReadFile = (path: string) => string | null;

export interface ConfigDocument<Raw> {
  readonly path: string;
  readonly raw: Raw;
  /** Values that came from variables or stand where secrets stand, never to be printed. */
  readonly secrets: readonly string[];
}

const NO_VARIABLES: ReadonlyMap<string, readonly string[]> = new Map();

export const readFileIfAny: ReadFile = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    // ENOTDIR: below something that is no folder there is no file either; whoever needs the folder says so better.
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return null;
    throw new FareboxError('invalid_config', `${path} cannot be read (${reason}).`, {
      remedy: 'Check that it is a file and that you may read it.',
      cause: error,
    });
  }
};

/**
 * Text of a configuration file → value that fits the schema, variables substituted. Throws one `invalid_config` that
 * lists every problem of the file with line, column and path. A `shipped` file is first tried as strict JSON, which
 * the engine parses many times faster; a user's file never is, since that would let a doubled key win silently.
 */
export function parseConfigFile<Schema extends z.ZodType>(
  path: string,
  text: string,
  schema: Schema,
  env: Environment,
  options: { readonly shipped: boolean } = { shipped: false },
): ConfigDocument<z.infer<Schema>> {
  const quick = options.shipped ? tryStrictJson(text) : undefined;
  const json = quick === undefined ? parseJsonc(text) : { value: quick, problems: [] };
  if (json.problems.length > 0) {
    const lines = json.problems.map((problem) => `${path}:${problem.line}:${problem.column}: ${problem.message}`);
    throw invalidFile(path, lines, 'Mend the syntax: JSON, in which comments and trailing commas are allowed.');
  }
  const substituted = /\$\{|\\u/.test(text)
    ? substituteVariables(json.value, env)
    : { value: json.value, variables: NO_VARIABLES, problems: [] };
  const parsed = schema.safeParse(substituted.value, { jitless: true });
  const fromVariable = (at: FieldPath) => substituted.variables.get(formatPath(at));
  const problems = [
    ...substituted.problems,
    ...(parsed.error?.issues ?? []).flatMap((issue) => describeIssue(issue, schema, substituted.value, fromVariable)),
  ];
  if (!parsed.success || problems.length > 0) {
    const located = parseJsonc(text);
    throw invalidFile(
      path,
      problems.map((problem) => describeProblem(path, located, problem.path, problem.message)),
      'Mend what is listed; `configs/farebox.schema.json` describes every field.',
    );
  }
  return { path, raw: parsed.data, secrets: secretsOf(substituted.value, substituted.variables) };
}

function tryStrictJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Comments or a fault: the parser that knows both decides.
    return undefined;
  }
}

function describeProblem(file: string, json: ParsedJson, path: FieldPath, message: string): string {
  const position = json.locate(path) ?? json.locate(path.slice(0, -1));
  const where = position ? `${file}:${position.line}:${position.column}` : file;
  return `${where}: ${formatPath(path)} ${/^(is|expected)/.test(message) ? message : `– ${message}`}`;
}

/** One error for all problems of a file. */
export function invalidFile(path: string, lines: readonly string[], remedy: string): FareboxError {
  const message =
    lines.length === 1 ? `${lines[0]}.` : `${path} has ${lines.length} problems:\n  ${lines.join('\n  ')}\n`;
  return new FareboxError('invalid_config', message, { remedy, details: { problems: lines } });
}

const SECRET_VARIABLE = /(key|token|secret|password|passwd|auth|credential)/i;

function secretsOf(value: unknown, variables: ReadonlyMap<string, readonly string[]>): string[] {
  const secrets: string[] = [];
  const visit = (at: unknown, path: FieldPath): void => {
    if (typeof at === 'object' && at !== null) {
      for (const key of Object.keys(at)) {
        const part = Array.isArray(at) ? Number(key) : key;
        visit(valueAt(at, [part]), [...path, part]);
      }
      return;
    }
    if (typeof at !== 'string' || at === '') return;
    const names = variables.get(formatPath(path)) ?? [];
    if (isSecretPath(path) || names.some((name) => SECRET_VARIABLE.test(name))) secrets.push(at);
  };
  visit(value, []);
  return secrets;
}
