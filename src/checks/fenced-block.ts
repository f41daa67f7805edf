export interface FencedBlock {
  /** The first word behind the opening fence, in lower case; empty where there is none. */
  readonly language: string;
  readonly code: string;
  /** The line of the answer on which the code begins, from 1. */
  readonly line: number;
  readonly closed: boolean;
}

/** The fenced code blocks of a Markdown text, in order. A fence is closed by one of the same letters, at least as long. */
export function fencedBlocks(text: string): readonly FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { fence: string; language: string; line: number; code: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line.trimEnd());
    if (open) {
      const { fence: opening } = open;
      const closes = fence?.[1]?.startsWith(opening) && fence[2]?.trim() === '';
      if (closes) {
        blocks.push({ language: open.language, code: open.code.join('\n'), line: open.line, closed: true });
        open = null;
      } else open.code.push(line);
    } else if (fence?.[1] && !(fence[1].startsWith('`') && fence[2]?.includes('`'))) {
      const language = /[^\s{]*/.exec(fence[2]?.trim() ?? '')?.[0].toLowerCase() ?? '';
      open = { fence: fence[1], language, line: index + 2, code: [] };
    }
  }
  if (open) blocks.push({ language: open.language, code: open.code.join('\n'), line: open.line, closed: false });
  return blocks;
}

/** The code of an answer: of its single fenced block, whatever prose stands around it; else the whole answer. */
export function codeOf(text: string): Pick<FencedBlock, 'code' | 'line'> {
  const blocks = text.includes('```') || text.includes('~~~') ? fencedBlocks(text) : [];
  const [block] = blocks;
  return block && blocks.length === 1 ? block : { code: text, line: 1 };
}
