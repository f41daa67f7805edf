// Which Node the dependencies were installed by: the native module fits the ABI of that one only.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileIn = (root) => join(root, 'node_modules', '.farebox-node.json');

/** Remembers the running Node as the one that the dependencies fit. */
export function stampNode(root) {
  writeFileSync(fileIn(root), JSON.stringify({ abi: process.versions.modules, execPath: process.execPath }));
}

/** The stamped Node; undefined where nothing is installed, or something without a stamp. */
export function readStamp(root) {
  try {
    return JSON.parse(readFileSync(fileIn(root), 'utf8'));
  } catch {
    return undefined;
  }
}

/** The Node that the dependencies fit, where it is not the running one and is still there; else undefined. */
export function otherNode(root) {
  const stamp = readStamp(root);
  if (!stamp || stamp.abi === process.versions.modules || !existsSync(stamp.execPath)) return undefined;
  return stamp.execPath;
}
