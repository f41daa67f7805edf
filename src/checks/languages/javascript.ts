import { type ParserPlugin, parse } from '@babel/parser';
import type { FindFault } from './language.ts';

/**
 * TypeScript and JavaScript as a module of today, where that fails as a script, with JSX where the code is not plain.
 * The first attempt's fault is told: it is the most likely one.
 */
export function findScriptFault(dialect: 'typescript' | 'javascript'): FindFault {
  const plain: ParserPlugin[] = dialect === 'typescript' ? ['typescript', 'decorators'] : ['decorators'];
  return (code) => {
    const first = faultIn(code, 'module', plain);
    if (first === null) return null;
    // Generic arrow functions and casts mean something else where JSX is on, so it is tried second.
    const withJsx = faultIn(code, 'module', [...plain, 'jsx']);
    if (withJsx === null || faultIn(code, 'script', plain) === null) return null;
    return code.includes('</') || code.includes('/>') ? withJsx : first;
  };
}

function faultIn(code: string, sourceType: 'module' | 'script', plugins: ParserPlugin[]): ReturnType<FindFault> {
  try {
    parse(code, {
      sourceType,
      plugins,
      allowReturnOutsideFunction: sourceType === 'script',
      allowAwaitOutsideFunction: true,
      allowUndeclaredExports: true,
    });
    return null;
  } catch (error) {
    if (error instanceof RangeError) return { line: 1, column: 1, message: 'it is nested too deeply to be read' };
    if (!(error instanceof SyntaxError)) throw error;
    const { line, column } = (error as SyntaxError & { loc?: { line: number; column: number } }).loc ?? {
      line: 1,
      column: 0,
    };
    return { line, column: column + 1, message: error.message.replace(/ \(\d+:\d+\)$/, '').replace(/\.$/, '') };
  }
}
