import * as z from 'zod';
import { isTimeZone } from '../../lib/zoned-calendar.ts';
import { SLOTS } from '../config.ts';

// The kinds of fields, built once and shared: constructing a zod schema costs more than checking a value with it, and
// every start of the process pays for it.

/** Names of providers, profiles and roles: no slash, since `provider/model` is split at the first one. */
const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]*$/i;

export const text = z.string().min(1);
export const texts = z.array(text);
export const name = z.string().regex(NAME_PATTERN, 'a name of letters, digits, dots, dashes and underscores');
export const flag = z.boolean();
/** A part of a whole, 0 to 1. */
export const share = z.number().min(0).max(1);
/** A whole number from 0 up. */
export const count = z.int().min(0);
/** A whole number from 1 up. */
export const positive = z.int().min(1);
/** A duration in ms, at most a day. */
export const milliseconds = z.int().min(0).max(86_400_000);
/** US dollars; the bound keeps nano-dollars within the whole numbers that are exact. */
export const dollars = z.number().min(0).max(9_000_000);
export const slot = z.enum(SLOTS);

/** IANA name of a time zone. */
export const timeZone = z.string().refine(isTimeZone, 'a time zone such as "UTC" or "Europe/Berlin"');

/** The same, where a file may leave them out. */
export const optional = {
  text: text.optional(),
  texts: texts.optional(),
  name: name.optional(),
  flag: flag.optional(),
  share: share.optional(),
  count: count.optional(),
  positive: positive.optional(),
  milliseconds: milliseconds.optional(),
  dollars: dollars.optional(),
  slot: slot.optional(),
};

/** An object that maps each of the given keys, all optional, to a slot of `models`. */
export function slotMap<const Keys extends readonly string[]>(keys: Keys) {
  const shape = Object.fromEntries(keys.map((key) => [key, optional.slot])) as Record<
    Keys[number],
    typeof optional.slot
  >;
  return z.strictObject(shape);
}
