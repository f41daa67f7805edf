#!/usr/bin/env node
// Writes the files that are derived from the source: `npm run generate`. Tests fail where one is out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Each generator returns the files that it derives: path below the repository → text. */
const generators = [configSchema];

async function configSchema() {
  const { configSchemaJson } = await loadSource('src/config/json-schema.ts');
  return { 'configs/farebox.schema.json': `${JSON.stringify(configSchemaJson(), null, 2)}\n` };
}

/** Imports a TypeScript module of the source; its npm packages stay outside. */
async function loadSource(path) {
  const outfile = join(root, 'node_modules', '.cache', 'farebox', path.replace(/[\\/]/g, '-').replace(/\.ts$/, '.mjs'));
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [join(root, path)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

for (const generate of generators) {
  for (const [path, text] of Object.entries(await generate())) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stdout.write(`${path}\n`);
  }
}
