/**
 * Ids of `lib/random.ts` (`call_` + 10 characters of time + 16 random ones) in 12 bytes: the time is the row's own
 * `started_at`, the random part is two numbers of 40 bits. An id of any other shape is kept as it is.
 */
export interface PackedId {
  readonly high: number | null;
  readonly low: number | null;
  readonly text: string | null;
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const VALUE: ReadonlyMap<string, number> = new Map([...ALPHABET].map((character, value) => [character, value]));
const TIME_LENGTH = 10;
const HALF_LENGTH = 8;

/** An id for a row that began at `startedAt` (epoch ms). */
export function packId(prefix: string, id: string, startedAt: number): PackedId {
  const begin = prefix.length + 1;
  const middle = begin + TIME_LENGTH + HALF_LENGTH;
  if (id.length === middle + HALF_LENGTH && id.startsWith(`${prefix}_`)) {
    const time = numberAt(id, begin, begin + TIME_LENGTH);
    const high = numberAt(id, begin + TIME_LENGTH, middle);
    const low = numberAt(id, middle, middle + HALF_LENGTH);
    if (time === startedAt && high !== null && low !== null) return { high, low, text: null };
  }
  return { high: null, low: null, text: id };
}

export function unpackId(prefix: string, { high, low, text }: PackedId, startedAt: number): string {
  if (text !== null || high === null || low === null) return text ?? '';
  return `${prefix}_${digits(startedAt, TIME_LENGTH)}${digits(high, HALF_LENGTH)}${digits(low, HALF_LENGTH)}`;
}

/** `unpackId` as an expression of SQL over the columns id_text, id_high, id_low and started_at of a table. */
export function unpackIdSql(prefix: string, table: string): string {
  const spell = (column: string, length: number) =>
    Array.from({ length }, (_, i) => {
      const shift = 5 * (length - 1 - i);
      return `substr('${ALPHABET}', 1 + ((${table}.${column} >> ${shift}) & 31), 1)`;
    });
  const characters = [
    ...spell('started_at', TIME_LENGTH),
    ...spell('id_high', HALF_LENGTH),
    ...spell('id_low', HALF_LENGTH),
  ];
  return `coalesce(${table}.id_text, '${prefix}_' || ${characters.join(' || ')})`;
}

/** Characters of base 32 as a number; null where one of them is none. Up to 50 bits, so exact. */
function numberAt(text: string, from: number, to: number): number | null {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = VALUE.get(text.charAt(i));
    if (digit === undefined) return null;
    value = value * 32 + digit;
  }
  return value;
}

function digits(value: number, length: number): string {
  let text = '';
  for (let rest = value, i = 0; i < length; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
