/** An exact fraction, so that shares, percentages and break-even points are rounded only where they are shown. */
export interface Ratio {
  readonly numerator: bigint;
  /** Above zero. */
  readonly denominator: bigint;
}

export const ZERO: Ratio = { numerator: 0n, denominator: 1n };
export const ONE: Ratio = { numerator: 1n, denominator: 1n };

/** numerator / denominator in lowest terms. The denominator must not be 0. */
export function ratio(numerator: bigint | number, denominator: bigint | number = 1n): Ratio {
  const [n, d] = [BigInt(numerator), BigInt(denominator)];
  if (d === 0n) throw new RangeError('A ratio needs a denominator other than 0.');
  const divisor = greatestCommonDivisor(n < 0n ? -n : n, d < 0n ? -d : d) * (d < 0n ? -1n : 1n);
  return { numerator: n / divisor, denominator: d / divisor };
}

/** A decimal as people write it ("0.45", "-3", "1e-5") as the exact fraction; null for anything else. */
export function parseDecimal(text: string): Ratio | null {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i.exec(text.trim());
  if (!match || `${match[2]}${match[3]}` === '') return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = BigInt(fraction.length) - BigInt(exponent);
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  return shift >= 0n ? ratio(digits, 10n ** shift) : ratio(digits * 10n ** -shift);
}

/** A number as its shortest decimal says it: 0.1 is a tenth. Throws `RangeError` for NaN and infinities. */
export function toRatio(value: number): Ratio {
  const parsed = Number.isFinite(value) ? parseDecimal(String(value)) : null;
  if (!parsed) throw new RangeError(`${value} is not a finite number.`);
  return parsed;
}

export function add(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtract(a: Ratio, b: Ratio): Ratio {
  return add(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function multiply(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** a / b; null where b is 0. */
export function divide(a: Ratio, b: Ratio): Ratio | null {
  return b.numerator === 0n ? null : ratio(a.numerator * b.denominator, a.denominator * b.numerator);
}

export function sum(values: Iterable<Ratio>): Ratio {
  let total = ZERO;
  for (const value of values) total = add(total, value);
  return total;
}

/** Negative, 0 or positive, as a is below, equal to or above b. */
export function compare(a: Ratio, b: Ratio): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function least(a: Ratio, b: Ratio): Ratio {
  return compare(a, b) <= 0 ? a : b;
}

export function greatest(a: Ratio, b: Ratio): Ratio {
  return compare(a, b) >= 0 ? a : b;
}

/** The smallest whole number that is not below it. */
export function ceiling({ numerator, denominator }: Ratio): bigint {
  const quotient = numerator / denominator;
  return numerator > 0n && numerator % denominator !== 0n ? quotient + 1n : quotient;
}

/** The nearest double, for JSON and charts. */
export function toNumber(value: Ratio): number {
  const { numerator, denominator } = value;
  const isExact = (n: bigint) => n <= Number.MAX_SAFE_INTEGER && n >= -Number.MAX_SAFE_INTEGER;
  if (isExact(numerator) && isExact(denominator)) return Number(numerator) / Number(denominator);
  return Number(toFixed(value, 18));
}

/** The value with so many decimal places, rounded half away from zero: 2/3 with 2 is "0.67". */
export function toFixed({ numerator, denominator }: Ratio, places: number): string {
  const scaled = (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(places);
  const rounded = (2n * scaled + denominator) / (2n * denominator);
  const digits = rounded.toString().padStart(places + 1, '0');
  const sign = numerator < 0n && rounded > 0n ? '-' : '';
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
