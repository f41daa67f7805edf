import { parser } from '@lezer/python';
import { type FindFault, placeOf, type SyntaxFault } from './language.ts';

/**
 * Python 3 by its grammar, and the rules of indentation beside it, which the grammar alone is lenient about. What needs
 * more than the grammar (`return` outside a function, names that are not defined) is not looked at.
 */
export const findPythonFault: FindFault = (code) => {
  const text = code.replaceAll('\r\n', '\n');
  const tree = parser.parse(text);
  let fault: SyntaxFault | null = null;
  tree.iterate({
    enter({ type, from, name }) {
      if (fault) return false;
      if (type.isError) fault = { ...placeOf(text, from), message: `${shown(text, from)} cannot stand here` };
      // The grammar still knows the statement of Python 2.
      else if (name === 'PrintStatement') fault = { ...placeOf(text, from), message: 'print is a function: print(…)' };
      // Nothing inside a text is code.
      return name !== 'String';
    },
  });
  return earlier(fault, indentationFault(text, tree));
};

function shown(text: string, from: number): string {
  const piece = text
    .slice(from, from + 20)
    .split('\n')[0]
    ?.trim();
  return piece ? JSON.stringify(piece) : 'the end of the line or text';
}

function earlier(a: SyntaxFault | null, b: SyntaxFault | null): SyntaxFault | null {
  if (!a || !b) return a ?? b;
  return b.line < a.line ? b : a;
}

/** A statement may begin further in only as the first of a block, and must go back to where an outer one began. */
function indentationFault(text: string, tree: ReturnType<typeof parser.parse>): SyntaxFault | null {
  const depths = [0];
  for (const { from, lineStart, isFirst } of lineBeginners(text, tree)) {
    const depth = text.slice(lineStart, from).replaceAll('\t', '        ').length;
    const current = depths.at(-1) ?? 0;
    if (depth > current) {
      if (!isFirst) return { ...placeOf(text, from), message: 'this line is indented without reason' };
      depths.push(depth);
    } else if (depth < current) {
      while ((depths.at(-1) ?? 0) > depth) depths.pop();
      if (depths.at(-1) !== depth) return { ...placeOf(text, from), message: 'this indentation fits no line above' };
    }
  }
  return null;
}

interface LineBeginner {
  readonly from: number;
  readonly lineStart: number;
  /** The first of its block. */
  readonly isFirst: boolean;
}

const BLOCKS: ReadonlySet<string | undefined> = new Set(['Script', 'Body', 'MatchBody']);

/** The statements that are the first thing on their line, in order. */
function lineBeginners(text: string, tree: ReturnType<typeof parser.parse>): readonly LineBeginner[] {
  const found: LineBeginner[] = [];
  tree.iterate({
    enter({ name, from, node }) {
      if (BLOCKS.has(node.parent?.name) && name !== 'Comment' && name !== ':') {
        const lineStart = text.lastIndexOf('\n', from - 1) + 1;
        let before = node.prevSibling;
        while (before?.name === 'Comment') before = before.prevSibling;
        const isFirst = node.parent?.name !== 'Script' && (before === null || before.name === ':');
        if (text.slice(lineStart, from).trim() === '') found.push({ from, lineStart, isFirst });
      }
      return name !== 'String';
    },
  });
  return found;
}
