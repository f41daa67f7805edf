import type { Encoding } from './encoding-of.ts';

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number;

/** A tokenizer takes quadratic time for a run without a break: 20,000 letters took 300 ms, in pieces of 1,000 they take 4. */
const LONG_RUN = /([^\s]{1000}|\s{1000})/;
/** Longer texts are counted by samples: 100,000 characters take some 20 ms. */
const MOST_CHARACTERS = 100_000;
const SAMPLES = 10;

/** Loads the tokenizer of an encoding: some 200 ms and tens of MB, so only when it is needed. */
export async function loadEncoder(encoding: Encoding): Promise<CountTokens> {
  const { countTokens } =
    encoding === 'o200k_base'
      ? await import('gpt-tokenizer/encoding/o200k_base')
      : await import('gpt-tokenizer/encoding/cl100k_base');
  // The names of control tokens in somebody's text are text.
  const asText = { disallowedSpecial: new Set<string>() };
  const exact: CountTokens = (text) =>
    text.split(LONG_RUN).reduce((sum, piece) => sum + (piece === '' ? 0 : countTokens(piece, asText)), 0);
  return (text) => (text.length <= MOST_CHARACTERS ? exact(text) : bySamples(text, exact));
}

/** About the tokens of a long text: those of pieces that are spread over it, scaled up. */
function bySamples(text: string, exact: CountTokens): number {
  const size = MOST_CHARACTERS / SAMPLES;
  const step = (text.length - size) / (SAMPLES - 1);
  let tokens = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const start = Math.round(i * step);
    tokens += exact(text.slice(start, start + size));
  }
  return Math.round((tokens / MOST_CHARACTERS) * text.length);
}
