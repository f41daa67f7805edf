/** Where a text is not what its language wants, counted from 1. */
export interface SyntaxFault {
  readonly line: number;
  readonly column: number;
  /** Without a full stop. */
  readonly message: string;
}

/** The first fault of a text in its language; null where there is none. */
export type FindFault = (code: string) => SyntaxFault | null;

/** Line and column of a place in a text, from 1. */
export function placeOf(text: string, offset: number): Pick<SyntaxFault, 'line' | 'column'> {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: offset - lineStart + 1 };
}
