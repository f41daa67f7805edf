import { isRecord, parseJson } from '../lib/json-value.ts';

/**
 * The arguments of a call as the object that a dialect wants. What is none is shown to the model as it was written, under
 * `unparsed_arguments`, so that it sees its own mistake.
 */
export function argumentsObject(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  const value = parseJson(text);
  return isRecord(value) ? value : { unparsed_arguments: text };
}
