import { createHash } from 'node:crypto';
import { isJson } from './chat-request.ts';
import { countTokens } from './tokens.ts';

const DIMENSIONS = 64;

/** An answer to `/v1/embeddings`: the same vector for the same text, without meaning. Null for an invalid body. */
export function embed(body: unknown): unknown {
  if (!isJson(body) || typeof body['model'] !== 'string') return null;
  const input = typeof body['input'] === 'string' ? [body['input']] : body['input'];
  if (!Array.isArray(input) || !input.every((text) => typeof text === 'string')) return null;
  const tokens = input.reduce((sum: number, text: string) => sum + countTokens(text), 0);
  return {
    object: 'list',
    model: body['model'],
    data: input.map((text: string, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** A unit vector made of the text's hash. */
function vectorOf(text: string): readonly number[] {
  const bytes = createHash('sha512').update(text).digest();
  const raw = Array.from({ length: DIMENSIONS }, (_, index) => ((bytes[index] ?? 0) - 127.5) / 127.5);
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}
