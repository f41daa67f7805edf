/** Encodings of which the tokenizer is at hand. */
export type Encoding = 'o200k_base' | 'cl100k_base';

/** The first pattern that fits decides. Names come as `openai/gpt-4o-2024-08-06`, `gpt-4o` or `gpt-4o:beta`. */
const FAMILIES: readonly (readonly [pattern: RegExp, encoding: Encoding])[] = [
  [/^(gpt-4o|chatgpt-4o|gpt-4\.1|gpt-4\.5|gpt-[5-9]|gpt-oss|o[1-9])([-.:]|$)/, 'o200k_base'],
  [/^(gpt-4|gpt-3\.5|gpt-35|text-embedding-(ada-002|3))([-.:]|$)/, 'cl100k_base'],
];

/** The encoding of a model, by its name; null where nobody has published it, or nobody knows the model. */
export function encodingOf(model: string): Encoding | null {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
