import { fromJsonSchema } from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import { FareboxError } from '../domain/errors.ts';
import { messageOf } from './error-result.ts';

/** Checks a parsed answer against the caller's schema: null where it fits, else what does not. */
export type AnswerSchema = (answer: unknown) => Promise<string | null>;

const LARGEST_SCHEMA = 64 * 1024;
const DEEPEST_SCHEMA = 32;

/**
 * The caller's JSON Schema, compiled before anything is sent, so that a faulty one costs nothing. Size and depth are
 * bounded, because compiling generates code. Throws `invalid_request`.
 */
export function compileAnswerSchema(schema: Readonly<Record<string, unknown>>): AnswerSchema {
  if (JSON.stringify(schema).length > LARGEST_SCHEMA || isDeeperThan(schema, DEEPEST_SCHEMA)) {
    throw new FareboxError('invalid_request', 'json_schema is too large: at most 64 kB, nested at most 32 deep.', {
      remedy: 'Ask for a simpler shape, or for several answers.',
    });
  }
  try {
    // A validator of its own: a shared one keeps every schema for ever and mixes up those with the same `$id`.
    const compiled = fromJsonSchema(schema, new AjvJsonSchemaValidator());
    return async (answer) => {
      const result = await compiled['~standard'].validate(answer);
      return result.issues ? result.issues.map((issue) => issue.message).join('; ') : null;
    };
  } catch (error) {
    throw new FareboxError('invalid_request', `json_schema is not a valid JSON Schema: ${messageOf(error)}.`, {
      remedy: 'Mend it and ask again; nothing was sent or spent.',
      cause: error,
    });
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(part, levels - 1));
}
