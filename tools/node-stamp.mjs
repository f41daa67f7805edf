// What the dependencies were installed from: the lockfile, and the Node whose ABI the native module fits.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileIn = (root) => join(root, 'node_modules', '.farebox-node.json');

/** Remembers the running Node, and the lockfile as it is, as what is installed. */
export function stampNode(root) {
  const stamp = { abi: process.versions.modules, execPath: process.execPath, lockfile: lockfileHash(root) };
  writeFileSync(fileIn(root), JSON.stringify(stamp));
}

/** The stamp; undefined where nothing is installed, or something without a stamp. */
export function readStamp(root) {
  try {
    return JSON.parse(readFileSync(fileIn(root), 'utf8'));
  } catch {
    return undefined;
  }
}

/** A hash of the lockfile: unlike its time of change, it survives a copy and a change of branch. '' where there is none. */
export function lockfileHash(root) {
  const file = join(root, 'package-lock.json');
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : '';
}

/** The Node that the dependencies fit, where it is not the running one and is still there; else undefined. */
export function otherNode(root) {
  const stamp = readStamp(root);
  if (!stamp || stamp.abi === process.versions.modules || !existsSync(stamp.execPath)) return undefined;
  return stamp.execPath;
}
