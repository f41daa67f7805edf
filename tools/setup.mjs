#!/usr/bin/env node
// Makes a checkout ready to run: installs when node_modules is missing or older than the lockfile, recompiles the native
// module when another Node installed it, builds when dist is older than the source. Uses nothing but Node, since it runs
// before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockfileHash, readStamp, stampNode } from './node-stamp.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const major = Number(process.versions.node.split('.')[0]);
if (major < 20)
  fail(`farebox needs Node 20 or newer; this is ${process.version}. Install a newer Node and run it again.`);

install();
build();

function install() {
  const folder = join(root, 'node_modules');
  const stamp = readStamp(root);
  // Installed by hand where there is no stamp: then the times decide.
  const current = stamp
    ? stamp.lockfile === lockfileHash(root)
    : mtime(join(folder, '.package-lock.json')) >= mtime(join(root, 'package-lock.json'));
  if (existsSync(folder) && (current || lstatSync(folder).isSymbolicLink())) {
    // A linked folder belongs to somebody else: installing would empty it.
    if (!current) say('node_modules is a link to another folder and does not fit the lockfile: left as it is.');
    else fitNode(stamp);
    return;
  }
  say('installing dependencies (once; on Node 20 better-sqlite3 is compiled, which takes about a minute) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  stampNode(root);
}

/** The native module fits the Node that installed it. */
function fitNode(stamp) {
  if (stamp?.abi === process.versions.modules) return;
  if (stamp) {
    say(`compiling better-sqlite3 for ${process.version}, since another Node installed it …`);
    run('npm', ['rebuild', 'better-sqlite3', '--loglevel=error']);
  }
  stampNode(root);
}

function build() {
  const sources = ['src', join('tools', 'build.mjs'), 'package.json'].map((path) => join(root, path));
  if (mtime(join(root, 'dist', 'main.js')) >= newest(sources)) return;
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
