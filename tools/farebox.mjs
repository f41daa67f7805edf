#!/usr/bin/env node
// Runs farebox from a checkout, installing and building first where that is due: `node tools/farebox.mjs ask "hello"`.
// Where the dependencies were installed by another Node than this one, that one runs it: an MCP client brings its own
// Node, and waits for seconds, not for a native module to be compiled.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { otherNode } from './node-stamp.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = otherNode(root);
if (node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} else {
  await import('./setup.mjs');
  await import('../dist/main.js');
}
