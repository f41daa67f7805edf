#!/usr/bin/env node
// Makes a checkout ready to run: installs when node_modules is missing or older than the lockfile, recompiles the native
// module when another Node installed it, builds when dist is older than the source. Uses nothing but Node, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStamp, stampNode } from './node-stamp.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const major = Number(process.versions.node.split('.')[0]);
if (major < 20)
  fail(`farebox needs Node 20 or newer; this is ${process.version}. Install a newer Node and run it again.`);

const installed = join(root, 'node_modules', '.package-lock.json');
if (mtime(installed) < mtime(join(root, 'package-lock.json'))) {
  say('installing dependencies (once; on Node 20 better-sqlite3 is compiled, which takes about a minute) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  stampNode(root);
} else if (readStamp(root)?.abi !== process.versions.modules) {
  // Installed by hand, or by another Node: the native module may not fit this one.
  if (readStamp(root)) {
    say(`compiling better-sqlite3 for ${process.version}, since another Node installed it …`);
    run('npm', ['rebuild', 'better-sqlite3', '--loglevel=error']);
  }
  stampNode(root);
}
if (
  mtime(join(root, 'dist', 'main.js')) <
  newest([join(root, 'src'), join(root, 'tools', 'build.mjs'), join(root, 'package.json')])
) {
  say('building …');
  run(process.execPath, [join(root, 'tools', 'build.mjs')]);
}

/** Modification time in ms; 0 for what does not exist, so that it counts as older than anything. */
function mtime(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

/** The newest modification time below the given files and folders. */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    const stat = statSync(path);
    latest = Math.max(latest, stat.mtimeMs);
    if (stat.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}

function run(command, args) {
  // npm is a .cmd file on Windows, which only a shell can start; the arguments are constants.
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && process.platform === 'win32',
  });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed; its output is above.`);
}

function say(text) {
  process.stderr.write(`farebox: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
