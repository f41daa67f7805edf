/** A run of digits with the signs that group or divide them, and a sign before it. */
const WRITTEN =
  /(?<![\p{L}\d.,])([-\u2212+]|\()?(\p{Sc} ?)?(\d+(?:[.,'\u2019 \u00a0\u202f_]\d+)*|\.\d+)(?:[eE]([+-]?\d+))?(?!\d)/gu;
const UNSIGNED = /\d+(?:[.,'\u2019 \u00a0\u202f_]\d+)*(?:[eE][+-]?\d+)?|\.\d+/g;

/**
 * The values of all numbers that are written in a text, in every usual reading: `1,234.50`, `1.234,50`, `1 234,50`,
 * `1'234.50`; `1.234` is both 1.234 and 1234. A minus before a number belongs to it, unless it joins two numbers.
 */
export function numbersIn(text: string): ReadonlySet<number> {
  const values = new Set<number>();
  const add = (written: string, sign: 1 | -1, exponent = '') => {
    for (const reading of readingsOf(written)) values.add(sign * Number(exponent ? `${reading}e${exponent}` : reading));
  };
  const signed = new Set<number>();
  for (const found of text.matchAll(WRITTEN)) {
    const [, sign, currency = '', written = '', exponent] = found;
    const start = found.index + (sign?.length ?? 0) + currency.length;
    const isMinus =
      sign === '-' ||
      sign === '\u2212' ||
      (sign === '(' && text[found.index + found[0].length] === ')' && currency !== '');
    if (!isMinus) continue;
    add(written, -1, exponent);
    signed.add(start);
  }
  for (const found of text.matchAll(UNSIGNED)) {
    if (signed.has(found.index)) continue;
    const [written = '', exponent] = found[0].split(/[eE]/);
    add(written, 1, exponent);
  }
  return values;
}

/** What a run of digits may mean, in the notation of `Number`. A space may group digits, or stand between two numbers. */
function readingsOf(written: string): readonly string[] {
  const apart = written.split(' ');
  return apart.length === 1 ? readingsOfOne(written) : [written, ...apart].flatMap(readingsOfOne);
}

function readingsOfOne(written: string): readonly string[] {
  const readings = new Set<string>();
  const groups = written.split(/([.,'\u2019 \u00a0\u202f_])/);
  const separators = groups.filter((_, index) => index % 2 === 1);
  const parts = groups.filter((_, index) => index % 2 === 0);
  // Each part may also stand alone: a date, a list, a version.
  if (separators.length === 0 || !isGrouped(parts, separators))
    for (const part of parts) if (part !== '') readings.add(part);
  const last = separators.at(-1);
  if (last === undefined) return [...readings];
  if (isThousands(parts.slice(1)) && (parts[0]?.length ?? 0) <= 3 && new Set(separators).size === 1)
    readings.add(parts.join(''));
  const whole = parts.slice(0, -1);
  const others = separators.slice(0, -1);
  const divides = (last === '.' || last === ',') && !others.includes(last) && new Set(others).size <= 1;
  if (divides && (others.length === 0 || isThousands(whole.slice(1))))
    readings.add(`${whole.join('') || '0'}.${parts.at(-1)}`);
  return [...readings];
}

/** Whether the run is one number, so that its parts are none by themselves. */
function isGrouped(parts: readonly string[], separators: readonly string[]): boolean {
  if (separators.length === 1 && (separators[0] === '.' || separators[0] === ',')) return true;
  const head = separators.at(-1) === '.' || separators.at(-1) === ',' ? parts.slice(1, -1) : parts.slice(1);
  return isThousands(head) && (parts[0]?.length ?? 0) <= 3;
}

function isThousands(groups: readonly string[]): boolean {
  return groups.every((group) => group.length === 3);
}
