import { type Finding, failed, ok } from './finding.ts';

const NEEDED = [20, 18, 1] as const;

/** Whether this Node runs farebox. */
export function checkNode(version: string): Finding {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const difference = NEEDED.map((needed, index) => (parts[index] ?? 0) - needed).find((value) => value !== 0) ?? 0;
  return difference >= 0
    ? ok('system', `Node ${version}`)
    : failed('system', `Node ${version} is too old.`, `Install Node ${NEEDED.join('.')} or newer.`);
}
