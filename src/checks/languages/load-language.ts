import type { ParsedLanguage } from '../../domain/check.ts';
import type { FindFault } from './language.ts';

/** The parser of a language, read when it is first asked for. */
export async function loadLanguage(language: ParsedLanguage): Promise<FindFault> {
  switch (language) {
    case 'typescript':
    case 'javascript':
      return (await import('./javascript.ts')).findScriptFault(language);
    case 'json':
      return (await import('./json.ts')).findJsonFault;
    case 'yaml':
      return (await import('./yaml.ts')).findYamlFault;
    case 'python':
      return (await import('./python.ts')).findPythonFault;
    case 'sql':
      return (await import('./sql.ts')).findSqlFault;
    case 'markdown-table':
      return (await import('./markdown-table.ts')).findTableFault;
  }
}

/** What models call the languages behind a code fence. */
const FENCE_NAMES: Readonly<Record<string, ParsedLanguage>> = {
  ts: 'typescript',
  tsx: 'typescript',
  typescript: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  javascript: 'javascript',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  py: 'python',
  python: 'python',
  python3: 'python',
  sql: 'sql',
};

/** The language that a code fence names; null where it is none that can be parsed. */
export function languageOfFence(name: string): ParsedLanguage | null {
  return Object.hasOwn(FENCE_NAMES, name) ? (FENCE_NAMES[name] ?? null) : null;
}
