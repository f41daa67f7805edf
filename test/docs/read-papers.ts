import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/source-tree.ts';

export interface Paper {
  /** Below the repository: `docs/money.md`. */
  readonly path: string;
  readonly text: string;
}

export interface FencedBlock {
  readonly language: string;
  /** What stands behind the language: `no-run (needs Ollama)`. */
  readonly note: string;
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

/** Every Markdown file of the repository that is for people. */
export function readPapers(): readonly Paper[] {
  const markdown = (folder: string) => readdirSync(join(projectRoot, folder)).filter((name) => name.endsWith('.md'));
  const paths = [...markdown('.'), ...markdown('docs').map((name) => `docs/${name}`)];
  return paths.map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));
}

export function fencedBlocks({ text }: Paper): readonly FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const opening = /^\s*```(\S*)\s*(.*)$/.exec(lines[at] ?? '');
    if (!opening) continue;
    const [, language = '', note = ''] = opening;
    const end = lines.findIndex((line, index) => index > at && /^\s*```\s*$/.test(line));
    if (end < 0) throw new Error(`A fence that opens in line ${at + 1} is never closed.`);
    blocks.push({ language, note, text: lines.slice(at + 1, end).join('\n'), line: at + 2 });
    at = end;
  }
  return blocks;
}

/** The text without its fenced blocks and inline code, in which nothing is a link or a heading. */
export function prose({ text }: Paper): string {
  return text.replace(/^\s*```[\s\S]*?^\s*```\s*$/gm, '');
}
