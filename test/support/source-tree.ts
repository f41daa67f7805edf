import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface SourceFile {
  /** Relative to `src`, e.g. `pipeline/pipeline.ts`. */
  readonly path: string;
  /** First folder below `src`, or the file's own name for files at its top. */
  readonly room: string;
  readonly text: string;
  /** The text without comments and without the contents of strings, for bans on names. */
  readonly code: string;
  /** Imported files, relative to `src`. `lazy`: by `import()`. `typeOnly`: vanishes when compiled. */
  readonly imports: readonly { readonly path: string; readonly lazy: boolean; readonly typeOnly: boolean }[];
  /** Imported packages and Node modules, as written. */
  readonly packages: readonly { readonly name: string; readonly typeOnly: boolean }[];
}

const STATIC = /^(import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'/gm;
const BARE = /^import\s+'([^']+)'/gm;
const DYNAMIC = /import\(\s*'([^']+)'\s*\)/g;

/** Every TypeScript file below `src` with what it imports, read as text. */
export function readSourceTree(): readonly SourceFile[] {
  const root = join(projectRoot, 'src');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => readSource(root, path.replaceAll('\\', '/')));
}

function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const found = [
    ...[...text.matchAll(STATIC)].map((m) => ({ name: m[3] ?? '', lazy: false, typeOnly: m[2] !== undefined })),
    ...[...text.matchAll(BARE)].map((m) => ({ name: m[1] ?? '', lazy: false, typeOnly: false })),
    ...[...text.matchAll(DYNAMIC)].map((m) => ({ name: m[1] ?? '', lazy: true, typeOnly: false })),
  ];
  return {
    path,
    room: path.includes('/') ? (path.split('/')[0] ?? path) : path,
    text,
    code: withoutCommentsAndStrings(text),
    imports: found
      .filter(({ name }) => name.startsWith('.'))
      .map(({ name, lazy, typeOnly }) => ({
        path: relative(root, normalize(join(root, dirname(path), name))).replaceAll('\\', '/'),
        lazy,
        typeOnly,
      })),
    packages: found.filter(({ name }) => !name.startsWith('.')).map(({ name, typeOnly }) => ({ name, typeOnly })),
  };
}

function withoutCommentsAndStrings(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}
