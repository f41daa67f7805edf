import type { FindFault } from './language.ts';

/** A Markdown table (as GitHub reads it) somewhere in the text, whose rows all have as many cells as its head. */
export const findTableFault: FindFault = (code) => {
  const lines = code.split('\n');
  const ruler = lines.findIndex((line, index) => index > 0 && isRuler(line) && (lines[index - 1] ?? '').includes('|'));
  if (ruler < 1)
    return {
      line: 1,
      column: 1,
      message: 'there is no Markdown table: a head, below it a line such as | --- | --- |, and rows',
    };
  const columns = cellsOf(lines[ruler] ?? '');
  const wrong = (at: number) => ({
    line: at + 1,
    column: 1,
    message: `this row has ${cellsOf(lines[at] ?? '')} cells, and the line below the head has ${columns}`,
  });
  if (cellsOf(lines[ruler - 1] ?? '') !== columns) return wrong(ruler - 1);
  let rows = 0;
  for (let at = ruler + 1; at < lines.length && (lines[at] ?? '').includes('|'); at++, rows++) {
    if (cellsOf(lines[at] ?? '') !== columns) return wrong(at);
  }
  return rows > 0 ? null : { line: ruler + 1, column: 1, message: 'the table has no rows' };
};

function isRuler(line: string): boolean {
  return (
    line.includes('|') &&
    trimPipes(line)
      .split('|')
      .every((cell) => /^\s*:?-+:?\s*$/.test(cell))
  );
}

/** Escaped pipes, and pipes inside code, divide nothing. */
function cellsOf(line: string): number {
  return trimPipes(line.replace(/\\\|/g, ' ').replace(/`[^`]*`/g, ' ')).split('|').length;
}

function trimPipes(line: string): string {
  return line.trim().replace(/^\|/, '').replace(/\|$/, '');
}
