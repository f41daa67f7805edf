import { loadAll, YAMLException } from 'js-yaml';
import type { FindFault } from './language.ts';

/** YAML, one document or several. A text that is plain prose is YAML too (one string), so it is refused here. */
export const findYamlFault: FindFault = (code) => {
  try {
    const documents: unknown[] = loadAll(code);
    const [only] = documents;
    const isProse = documents.length === 1 && typeof only === 'string' && /\s/.test(only);
    if (documents.length === 0) return { line: 1, column: 1, message: 'it is empty' };
    return isProse ? { line: 1, column: 1, message: 'it is a sentence, not a mapping or a list' } : null;
  } catch (error) {
    if (error instanceof RangeError) return { line: 1, column: 1, message: 'it is nested too deeply to be read' };
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, column = 0 } = error.mark ?? {};
    return { line: line + 1, column: column + 1, message: error.reason };
  }
};
