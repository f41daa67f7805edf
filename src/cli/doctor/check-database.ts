import { bytes } from '../format.ts';
import { type Finding, failed, ok, warn } from './finding.ts';
import type { DatabaseInspection } from './inspect-database.ts';

const LARGE_BYTES = 1024 ** 3;

/** What the database file is like, before anything opens it for writing. */
export function checkDatabase(path: string, found: DatabaseInspection): readonly Finding[] {
  const findings: Finding[] = [];
  if (!found.writable) {
    findings.push(
      failed(
        'database',
        found.exists ? `${path} cannot be written.` : `${path} cannot be made: its folder cannot be written.`,
        'Give this user the right to write there, or set FAREBOX_HOME to another folder.',
      ),
    );
  }
  if (!found.exists) {
    if (found.writable) findings.push(ok('database', `${path} does not exist yet; it is made with the first call`));
    return findings;
  }
  if (found.problem !== null) {
    findings.push(
      failed(
        'database',
        `${path} cannot be read: ${found.problem}`,
        'A damaged file is moved aside (never deleted) at the next start, and a new one begun.',
      ),
    );
    return findings;
  }
  return [...findings, ...checkVersion(path, found), ...checkSize(path, found)];
}

function checkVersion(
  path: string,
  { schemaVersion, knownVersion, bytes: size }: DatabaseInspection,
): readonly Finding[] {
  if (schemaVersion === null) return [];
  const facts = `${path}, ${bytes(size)}, schema ${schemaVersion}`;
  if (schemaVersion === knownVersion) return [ok('database', facts)];
  return schemaVersion < knownVersion
    ? [ok('database', `${facts}; brought to ${knownVersion} at the next start`)]
    : [
        failed(
          'database',
          `${path} has schema ${schemaVersion}, written by a newer farebox; this one knows up to ${knownVersion}.`,
          'Update farebox, or set FAREBOX_HOME to another folder.',
        ),
      ];
}

function checkSize(path: string, { bytes: size }: DatabaseInspection): readonly Finding[] {
  if (size < LARGE_BYTES) return [];
  return [
    warn('database', `${path} has grown to ${bytes(size)}.`, 'See whether policy.storeBodies is meant to be on.'),
  ];
}
