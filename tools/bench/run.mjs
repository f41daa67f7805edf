#!/usr/bin/env node
// Bundles the benchmarks (they are TypeScript) and runs them: `npm run bench [-- name …]`.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const outfile = join(root, 'dist', 'bench.js');
await build({
  entryPoints: [join(root, 'tools', 'bench', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const { runBenchmarks } = await import(pathToFileURL(outfile).href);
await runBenchmarks(root, process.argv.slice(2));
