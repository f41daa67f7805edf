import { FareboxError } from '../domain/errors.ts';
import { checkValue } from './json-schema/check-value.ts';
import { prepareSchema, SchemaFault } from './json-schema/prepare-schema.ts';
import type { JsonSchema } from './json-schema/schema.ts';
import type { FindInText } from './prepared-check.ts';
import { readJsonAnswer } from './read-json-answer.ts';

/** The answer is JSON that fits a JSON Schema (drafts 4 to 2020-12). Throws `invalid_request` for a faulty schema. */
export function checkJsonSchema(schema: JsonSchema): FindInText {
  const prepared = prepareOrRefuse(schema);
  return (answer) => {
    const json = readJsonAnswer(answer);
    return json.ok ? checkValue(prepared, json.value) : json.finding;
  };
}

function prepareOrRefuse(schema: JsonSchema) {
  try {
    return prepareSchema(schema);
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error;
    throw new FareboxError('invalid_request', `json_schema is not a valid JSON Schema: ${error.message}.`, {
      remedy: 'Mend it and ask again; nothing was sent or spent.',
      cause: error,
    });
  }
}
