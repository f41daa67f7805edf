import { type FieldPath, formatPath } from './field-path.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substitution {
  readonly value: unknown;
  /** Paths (as `formatPath` writes them) whose text came from variables, with their names. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly { readonly path: FieldPath; readonly message: string }[];
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Replaces `${VAR}` and `${VAR:-default}` in every text of a parsed file. The default is taken where the variable is
 * unset or empty, as a shell does, and may hold further variables; `$${` stands for a plain `${`; what a variable
 * holds is never substituted again. A missing variable is a problem that names it; values are never in messages.
 */
export function substituteVariables(value: unknown, env: Environment): Substitution {
  const variables = new Map<string, readonly string[]>();
  const problems: { path: FieldPath; message: string }[] = [];
  const visit = (at: unknown, path: FieldPath): unknown => {
    if (typeof at === 'string') {
      const result = substituteText(at, env);
      for (const message of result.problems) problems.push({ path, message });
      if (result.names.length > 0) variables.set(formatPath(path), result.names);
      return result.text;
    }
    if (Array.isArray(at)) return at.map((item, index) => visit(item, [...path, index]));
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return { value: visit(value, []), variables, problems };
}

/** One text with its variables replaced. Names are those of the variables that it asks for. */
export function substituteText(
  source: string,
  env: Environment,
): { readonly text: string; readonly names: readonly string[]; readonly problems: readonly string[] } {
  if (!source.includes('${')) return { text: source, names: [], problems: [] };
  const names: string[] = [];
  const problems: string[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const start = source.indexOf('${', at);
    if (start < 0) break;
    if (start > at && source[start - 1] === '$') {
      text += `${source.slice(at, start - 1)}\${`;
      at = start + 2;
      continue;
    }
    text += source.slice(at, start);
    const end = closingBrace(source, start + 2);
    if (end < 0) {
      problems.push(`"\${" is never closed; expected "}" (a plain "\${" is written "$\${")`);
      return { text: text + source.slice(start), names, problems };
    }
    const replaced = replaceExpression(source.slice(start + 2, end), env);
    text += replaced.text;
    names.push(...replaced.names);
    problems.push(...replaced.problems);
    at = end + 1;
  }
  return { text: text + source.slice(at), names, problems };
}

function replaceExpression(expression: string, env: Environment): ReturnType<typeof substituteText> {
  const split = expression.indexOf(':-');
  const name = split < 0 ? expression : expression.slice(0, split);
  if (!VARIABLE_NAME.test(name)) {
    const problem = `"\${${name}}" does not name a variable; expected "\${NAME}" or "\${NAME:-default}"`;
    return { text: '', names: [], problems: [problem] };
  }
  const value = env[name];
  if (split >= 0 && (value === undefined || value === '')) {
    const fallback = substituteText(expression.slice(split + 2), env);
    return { ...fallback, names: [name, ...fallback.names] };
  }
  if (value !== undefined) return { text: value, names: [name], problems: [] };
  const problem = `the environment variable ${name} is not set (set it, or write "\${${name}:-default}")`;
  return { text: '', names: [name], problems: [problem] };
}

/** Offset of the `}` that closes the expression which begins at `from`; -1 where there is none. */
function closingBrace(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; at++) {
    if (source.startsWith('${', at)) depth++;
    if (source[at] === '}' && --depth === 0) return at;
  }
  return -1;
}
