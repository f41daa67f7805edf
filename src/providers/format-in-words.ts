import type { ResponseFormat } from '../domain/completion-request.ts';

/** A demanded format as a sentence of the prompt, for where it cannot be a parameter. */
export function formatInWords(format: ResponseFormat): string {
  const schema =
    format.type === 'json_schema' ? ` that satisfies this JSON Schema: ${JSON.stringify(format.schema)}` : '';
  return `Answer with one JSON object${schema}. Write the JSON only, without a code fence and without other words.`;
}
