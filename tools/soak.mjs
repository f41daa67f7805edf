#!/usr/bin/env node
// Bundles the soak test (it is TypeScript) and runs it, the garbage collector at hand: `npm run soak [-- requests]`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importBundled } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
if (!globalThis.gc) {
  const again = ['--expose-gc', fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}
const { runSoak } = await importBundled(root, 'tools/soak/main.ts', 'soak');
process.exitCode = (await runSoak(root, process.argv.slice(2))) ? 0 : 1;
