#!/usr/bin/env node
// Bundles the benchmarks (they are TypeScript) and runs them: `npm run bench [-- name …]`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importBundled } from '../bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { runBenchmarks } = await importBundled(root, 'tools/bench/main.ts', 'bench');
await runBenchmarks(root, process.argv.slice(2));
