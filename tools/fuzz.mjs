#!/usr/bin/env node
// Runs the property tests of the stream decoders with many more cases than `npm test`: `npm run fuzz [-- cases]`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cases = process.argv[2] ?? '100000';
if (!/^[1-9]\d*$/.test(cases)) {
  process.stderr.write(`${cases} is not a number of cases.\n`);
  process.exit(2);
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/providers/stream-fuzz.test.ts'], {
  cwd: root,
  env: { ...process.env, FAREBOX_FUZZ_RUNS: cases },
  stdio: 'inherit',
});
process.exit(status ?? 1);
