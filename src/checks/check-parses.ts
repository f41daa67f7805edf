import type { ParsedLanguage } from '../domain/check.ts';
import { codeOf } from './fenced-block.ts';
import { loadLanguage } from './languages/load-language.ts';
import type { FindInText } from './prepared-check.ts';

const NAMES: Readonly<Record<ParsedLanguage, string>> = {
  typescript: 'TypeScript',
  javascript: 'JavaScript',
  json: 'JSON',
  yaml: 'YAML',
  python: 'Python',
  sql: 'SQL',
  'markdown-table': 'a Markdown table',
};

/** The answer, or the code of its single fenced block, is written in a language. Lines are those of the answer. */
export async function checkParses(language: ParsedLanguage): Promise<FindInText> {
  const findFault = await loadLanguage(language);
  const isTable = language === 'markdown-table';
  return (answer) => {
    const { code, line } = isTable ? { code: answer, line: 1 } : codeOf(answer);
    if (code.trim() === '') return `The answer must be ${NAMES[language]}, and it is empty.`;
    const fault = findFault(code);
    return (
      fault &&
      `The answer does not parse as ${NAMES[language]}. Line ${fault.line + line - 1}, column ${fault.column}: ${fault.message}.`
    );
  };
}
