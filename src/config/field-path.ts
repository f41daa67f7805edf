/** Where a value stands in a configuration: keys and list positions from the top. */
export type FieldPath = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** The path as people write it: `routing.complexityRouting.simple`, `budgets[0].limitUsd`, `aliases["gpt-4.1"]`. */
export function formatPath(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!PLAIN_KEY.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text === '' ? 'the file' : text;
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}

const SECRET_NAME = /key|token|secret|passw|auth|credential/i;
const PUBLIC_HEADERS = new Set(['http-referer', 'x-title', 'user-agent', 'accept']);

/** True where the value must never be printed: keys, and headers and environments that are not known to be harmless. */
export function isSecretPath(path: FieldPath): boolean {
  const last = path.at(-1);
  const parent = path.at(-2);
  if (parent === 'headers') return !PUBLIC_HEADERS.has(String(last).toLowerCase());
  if (last === 'apiKey' || last === 'apiKeys' || parent === 'apiKeys' || last === 'secret') return true;
  if (path[0] === 'providers' && parent === 'env') return SECRET_NAME.test(String(last));
  return path[0] === 'servers' && (parent === 'env' || parent === 'args');
}
