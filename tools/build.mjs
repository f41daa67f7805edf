#!/usr/bin/env node
// Bundles src/main.ts into dist/main.js and chunks beside it that are read when first needed: a stdio server that only
// lists its tools never reads the HTTP client, the query builder or the command line's tables.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const { metafile, outputFiles } = await build({
  write: false,
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Installed beside us: the native module cannot be bundled, the others are large and wanted late or never.
  external: ['better-sqlite3', '@pydantic/genai-prices', 'gpt-tokenizer', 'openai'],
  // ES modules where a package has them: some CommonJS builds load their own files by relative path.
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
mkdirSync(dist, { recursive: true });
// Chunks first, the entry last and at once: another process may start, or build, meanwhile.
for (const { path, contents } of outputFiles) if (!path.endsWith('main.js')) writeFileSync(path, contents);
const entry = join(dist, 'main.js');
const { text } = outputFiles.find(({ path }) => path === entry);
writeFileSync(`${entry}.${process.pid}`, `#!/usr/bin/env node\n${text}`, { mode: 0o755 });
renameSync(`${entry}.${process.pid}`, entry);
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences(metafile));
removeStale(new Set(outputFiles.map(({ path }) => path)));

/** Chunks of earlier builds, an hour after their time: a server that runs since then may still want to read one. */
function removeStale(current) {
  const anHourAgo = Date.now() - 3_600_000;
  for (const name of readdirSync(dist)) {
    const path = join(dist, name);
    if (name.endsWith('.js') && !current.has(path) && statSync(path).mtimeMs < anHourAgo) rmSync(path);
  }
}

/** The licences of what was bundled. */
function licences({ inputs }) {
  const folders = Object.keys(inputs).flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort().map(licence).join('\n');
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((candidate) => /^licen[cs]e/i.test(candidate));
  const path = file ? join(root, folder, file) : '';
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${existsSync(path) ? readFileSync(path, 'utf8') : ''}`;
}
