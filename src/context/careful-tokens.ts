/**
 * The tokens that a text may take in a tokenizer that does not like it: more than are to be expected of prose (about four
 * characters a token), since figures, identifiers and signs take more, and a chunk must fit. Looks at every character; the
 * tokens of two texts add up to those of both together.
 */
export function carefulTokens(text: string): number {
  let tokens = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) tokens += code < 0x800 ? 0.6 : 1.1;
    else if (isLower(code)) tokens += 0.25;
    else if (code === 0x20 || code === 0x0a) tokens += 0.15;
    else tokens += 0.5;
  }
  return tokens;
}

function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}
