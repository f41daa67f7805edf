/** A condition on a text from its beginning: that it begins with a match of `source`, or, negated, that it does not. */
export interface Condition {
  readonly source: string;
  readonly negated: boolean;
}

/**
 * Divides `^(?=a)(?!b)rest` into its conditions: the lookaheads behind the leading `^`, then the rest. Null where there are
 * none, where one is repeated, or where an alternative outside of all groups makes them count for a part only.
 */
export function splitLookaheads(pattern: string): readonly Condition[] | null {
  if (!pattern.startsWith('^')) return null;
  const conditions: Condition[] = [];
  let rest = pattern.slice(1);
  for (let begin = /^\(\?[=!]/.exec(rest); begin; begin = /^\(\?[=!]/.exec(rest)) {
    const end = findOutside(rest.slice(1), ')');
    if (end === null) return null;
    conditions.push({ source: rest.slice(3, end + 1), negated: begin[0] === '(?!' });
    rest = rest.slice(end + 2);
    if (/^[*+?{]/.test(rest)) return null;
  }
  if (conditions.length === 0 || findOutside(rest, '|') !== null) return null;
  return [...conditions, { source: rest, negated: false }];
}

/** Where a sign stands outside of the groups, classes and escapes of a pattern; null where it does not. */
function findOutside(pattern: string, sign: string): number | null {
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const here = pattern[at];
    if (here === '\\') at++;
    else if (inClass) inClass = here !== ']';
    else if (here === '[') inClass = true;
    else if (depth === 0 && here === sign) return at;
    else if (here === '(') depth++;
    else if (here === ')') depth--;
  }
  return null;
}
