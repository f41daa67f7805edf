#!/usr/bin/env node
// Bundles the soak test (it is TypeScript) and runs it, the garbage collector at hand: `npm run soak [-- requests]`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
if (!globalThis.gc) {
  const again = ['--expose-gc', fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}
const { build } = await import('esbuild');
const outfile = join(root, 'dist', 'soak.js');
await build({
  entryPoints: [join(root, 'tools', 'soak', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const { runSoak } = await import(pathToFileURL(outfile).href);
process.exitCode = (await runSoak(root, process.argv.slice(2))) ? 0 : 1;
