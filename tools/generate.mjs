#!/usr/bin/env node
// Writes the files that are derived from the source: `npm run generate`. With --check it writes nothing and fails where
// a committed file is out of date, which a test asks for.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const check = process.argv.includes('--check');
const { generateFiles } = await loadGenerators();

const stale = [];
for (const [path, text] of Object.entries(generateFiles(join(root, 'configs')))) {
  const file = join(root, path);
  if (check) {
    if (read(file) !== text) stale.push(path);
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`${path}\n`);
}
if (stale.length > 0) {
  process.stderr.write(`Out of date, run npm run generate: ${stale.join(', ')}\n`);
  process.exitCode = 1;
}

/** The generators are TypeScript; their npm packages stay outside of the bundle. */
async function loadGenerators() {
  const outfile = join(root, 'node_modules', '.cache', 'farebox', `generators-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'tools', 'generate', 'generators.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // Not there yet: as out of date as can be.
  }
}
