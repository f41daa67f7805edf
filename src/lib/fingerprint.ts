/** Texts up to this long are read whole; of longer ones as many characters, from both ends and from between. */
const READ_WHOLE = 256;
const EDGE = 64;

/**
 * A number of 53 bits that is the same for the same text, and for different texts as good as never; not for secrets. Of a
 * text longer than 256 characters its length, its first and last 64 and every so-manieth pair between count, 256 or less
 * in all, so that the time it takes has a bound: two long texts of one length that differ elsewhere only may meet. `seed`
 * begins another series of numbers.
 */
export function fingerprint(text: string, seed = 0): number {
  const { length } = text;
  let low = (seed ^ length) | 0;
  let high = Math.floor(seed / 2 ** 32) ^ 0x2545f491;
  const inner = length <= READ_WHOLE ? length : EDGE;
  const outer = length <= READ_WHOLE ? length : length - EDGE;
  const step = Math.ceil((2 * (outer - inner)) / (READ_WHOLE - 2 * EDGE));
  // Two characters at a time; behind the end there is NaN, which counts as 0.
  for (let at = 0; at < length; ) {
    const code = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
    low = Math.imul(low ^ code ^ (low >>> 16), 0x01000193);
    high = Math.imul(high + code, 0x2c1b3c6d) ^ (high >>> 15);
    at = at < inner || at >= outer ? at + 2 : Math.min(at + step, outer);
  }
  return blend(low, high);
}

/** The fingerprint of a sequence that goes on: of what came before (`chain`) and what comes next. Order matters. */
export function chainFingerprint(chain: number, next: number): number {
  const low = Math.imul(chain ^ Math.imul(next | 0, 0x27d4eb2f), 0x165667b1);
  const high = Math.imul(Math.floor(chain / 2 ** 32) ^ low, 0x2c1b3c6d) ^ Math.floor(next / 2 ** 32);
  return blend(low, high);
}

/** Two halves of 32 bits, each spread over the other, as one safe integer. */
function blend(low: number, high: number): number {
  const a = Math.imul(low ^ (low >>> 16) ^ (high >>> 13), 0x7feb352d);
  const b = Math.imul(high ^ (high >>> 15) ^ (a >>> 14), 0x846ca68b);
  const c = (a ^ (a >>> 15) ^ b) >>> 0;
  return ((b ^ (b >>> 16)) & 0x1f_ffff) * 2 ** 32 + c;
}
