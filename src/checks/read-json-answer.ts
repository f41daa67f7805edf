import { withoutFence } from '../lib/without-fence.ts';
import { findJsonFault } from './languages/json.ts';

export type JsonAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly finding: string };

/** An answer that is to be JSON, perhaps in a code fence, as a value; else where it stops being JSON. */
export function readJsonAnswer(answer: string): JsonAnswer {
  const text = withoutFence(answer);
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    const fault = findJsonFault(text);
    const where = fault ? ` Line ${fault.line}, column ${fault.column}: ${fault.message}.` : '';
    return { ok: false, finding: `The answer must be JSON and nothing else.${where}` };
  }
}
