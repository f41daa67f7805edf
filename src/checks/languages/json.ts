import { type FindFault, placeOf } from './language.ts';

/** Strict JSON. The place of a fault is found by reading on until it: engines of JavaScript do not all tell it. */
export const findJsonFault: FindFault = (code) => {
  try {
    JSON.parse(code);
    return null;
  } catch {
    const { offset, message } = firstFault(code);
    return { ...placeOf(code, offset), message };
  }
};

const TOKEN =
  /[ \t\n\r]*(?:([[\]{}:,])|("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-]))|(true|false|null)(?!\w)|$)/uy;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or }' | ', or ]' | 'end';

/** A pushdown automaton over the tokens; called only for a text that has a fault. */
function firstFault(code: string): { readonly offset: number; readonly message: string } {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  const afterValue = (): Expected => (open.length === 0 ? 'end' : open.at(-1) === '{' ? ', or }' : ', or ]');
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const start = from + (/^[ \t\n\r]*/.exec(code.slice(from, from + 10_000))?.[0].length ?? 0);
    const token = TOKEN.exec(code);
    if (!token) return { offset: start, message: `${wants(expected)} and found ${shown(code, start)}` };
    const [, sign, text, number, word] = token;
    const isValue = text !== undefined || number !== undefined || word !== undefined;
    if (sign === undefined && !isValue) return { offset: start, message: `it ends where ${wants(expected)}` };
    const next = step(expected, sign, text !== undefined, isValue, open, afterValue);
    if (!next) return { offset: start, message: `${wants(expected)} and found ${shown(code, start)}` };
    expected = next;
  }
}

function step(
  expected: Expected,
  sign: string | undefined,
  isText: boolean,
  isValue: boolean,
  open: ('{' | '[')[],
  afterValue: () => Expected,
): Expected | null {
  const closes =
    (sign === '}' && (expected === 'name or }' || expected === ', or }')) ||
    (sign === ']' && (expected === 'value or ]' || expected === ', or ]'));
  if (closes) {
    open.pop();
    return afterValue();
  }
  if (expected === 'value' || expected === 'value or ]') {
    if (isValue) return afterValue();
    if (sign !== '{' && sign !== '[') return null;
    open.push(sign);
    return sign === '{' ? 'name or }' : 'value or ]';
  }
  if (expected === 'name' || expected === 'name or }') return isText ? ':' : null;
  if (expected === ':') return sign === ':' ? 'value' : null;
  if (sign === ',' && expected === ', or }') return 'name';
  return sign === ',' && expected === ', or ]' ? 'value' : null;
}

function wants(expected: Expected): string {
  if (expected === 'end') return 'nothing may follow the value';
  return expected.startsWith('name')
    ? `a property name in double quotes${expected === 'name' ? '' : ' or }'} must stand`
    : `a ${expected} must stand`;
}

function shown(code: string, offset: number): string {
  return JSON.stringify(code.slice(offset, offset + 12));
}
