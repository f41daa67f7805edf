#!/usr/bin/env node
// Sixteen processes (or as many as named) on one ledger at the edge of a budget, for a minute, some of them killed:
// `node tools/soak-ledger.mjs [seconds] [processes]`. Fails where one nano-dollar is too much, missing, or booked twice.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [seconds, processes] = [Number(process.argv[2] ?? 60), Number(process.argv[3] ?? 16)];
const cache = join(root, 'node_modules', '.cache', 'farebox');
const home = mkdtempSync(join(tmpdir(), 'farebox-soak-'));

async function compile(entry, name) {
  const outfile = join(cache, `${name}-${process.pid}.mjs`);
  const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' };
  await build({ entryPoints: [join(root, entry)], outfile, ...options, logLevel: 'warning' });
  return outfile;
}

const worker = await compile('test/support/soak-script.ts', 'soak-script');
const judge = await import(pathToFileURL(await compile('test/support/soak-judge.ts', 'soak-judge')).href);
const path = join(home, 'farebox.db');

const ends = Date.now() + seconds * 1000;
let killed = 0;
const settled = new Map();

/** One process after another in a lane, until the time is over; every third is killed. */
async function lane(number) {
  for (let turn = 0; Date.now() < ends; turn++) {
    const name = `w${number}_${turn}`;
    const child = spawn(process.execPath, [worker, JSON.stringify({ path, worker: name, ends })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const doomed = (number + turn) % 3 === 0;
    const timer = doomed
      ? setTimeout(() => child.kill('SIGKILL'), 500 + ((number * 397 + turn * 211) % 2500))
      : undefined;
    const [code, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)));
    clearTimeout(timer);
    if (signal === 'SIGKILL') killed += 1;
    else if (code !== 0) throw new Error(`${name} ended with ${code}`);
    // What it said it settled must be in the ledger; a line that was cut off by the kill says nothing.
    for (const line of output.split('\n').slice(0, -1)) {
      const [call, cost] = line.split(' ');
      settled.set(call, Number(cost));
    }
  }
}

await Promise.all(Array.from({ length: processes }, (_, number) => lane(number)));
const verdict = await judge.judgeLedger(path, settled);
process.stdout.write(`${JSON.stringify({ processes, seconds, killed, told: settled.size, ...verdict }, null, 2)}\n`);
rmSync(home, { recursive: true, force: true });
process.exitCode = verdict.problems.length === 0 ? 0 : 1;
