import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot, readSourceTree } from '../support/source-tree.ts';
import { type Paper, prose, readPapers } from './read-papers.ts';

const papers = readPapers();
const textOf = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

/** The anchor that a heading gets where the papers are shown. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function anchorsOf(paper: Paper): readonly string[] {
  return [...prose(paper).matchAll(/^#+\s+(.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** Links to files and headings that are not there. */
function deadLinks(paper: Paper): readonly string[] {
  const links = [...prose(paper).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const path = file === '' ? paper.path : normalize(join(dirname(paper.path), file));
    if (!existsSync(join(projectRoot, path))) return true;
    const target = papers.find((other) => other.path === path);
    return anchor !== undefined && target !== undefined && !anchorsOf(target).includes(anchor);
  });
}

describe('the papers', () => {
  it('that are generated are up to date (run `npm run generate` where this fails) (DOC-01)', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/generate.mjs', '--check'], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('link to what exists', () => {
    expect(papers.flatMap((paper) => deadLinks(paper).map((link) => `${paper.path}: ${link}`))).toEqual([]);
  });

  it('are all listed in docs/README.md', () => {
    const index = textOf('docs/README.md');
    const names = papers.map(({ path }) => path.replace(/^docs\//, '')).filter((name) => !name.includes('/'));
    const inDocs = names.filter((name) => name !== 'README.md' && existsSync(join(projectRoot, 'docs', name)));
    expect(inDocs.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });

  it('quote messages as they stand in the source', () => {
    const sources = readSourceTree().map(({ text }) => text);
    const source = sources
      .join('\n')
      .replace(/\$\{[^}]*\}/g, '…')
      .replace(/\\'/g, "'");
    const quoted = [...textOf('docs/troubleshooting.md').matchAll(/^\| `([^`]+)`/gm)].map(
      ([, message = '']) => message,
    );
    const pieces = quoted.flatMap((message) => message.split('…')).filter((piece) => piece.trim().length > 8);
    expect(pieces.length).toBeGreaterThan(30);
    expect(pieces.filter((piece) => !source.includes(piece.trim()))).toEqual([]);
  });

  it('name every field of a sandbox script', () => {
    const fields = [...textOf('src/sandbox/script.ts').matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    const paper = textOf('docs/sandbox.md');
    expect(fields.length).toBeGreaterThan(25);
    expect(fields.filter((field) => !paper.includes(`\`${field}\``) && !paper.includes(`"${field}"`))).toEqual([]);
  });

  it('name every reason for which a model is left out', () => {
    const codes = [...textOf('src/domain/plan.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code);
    const paper = textOf('docs/routing.md');
    expect(codes.filter((code) => !paper.includes(`\`${code}\``))).toEqual([]);
  });
});
