import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** Every process of a tree carries it in its environment, wherever it has gone, unless it cleared that. */
export const TREE_MARK = 'FAREBOX_PROCESS_TREE';

let trees = 0;

/** A value that no other tree of this machine has. */
export function newTreeMark(): string {
  trees += 1;
  return `${process.pid}.${Date.now()}.${trees}`;
}

/** What has just been killed may have started something in its last moment. */
const MOST_SWEEPS = 4;
const LONGEST_DYING_MS = 1_000;

/**
 * Kills every process that carries the mark, so that one which left its process group (`setsid`, a daemon) does not
 * outlive its tree either. Resolves when they are gone. Does nothing on systems without `/proc`.
 */
export async function killMarked(mark: string): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    const found = await findMarked(mark);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    await Promise.all(found.map(untilGone));
  }
}

/** A killed process is still there for some moments. One that stays, in the hands of a device, is not waited for. */
async function untilGone(pid: number): Promise<void> {
  for (let waited = 0; waited < LONGEST_DYING_MS; waited += 5) {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
    if (stat === null || / [ZX] /.test(stat.slice(stat.lastIndexOf(')')))) return;
    await wait(5);
  }
}

async function findMarked(mark: string): Promise<readonly number[]> {
  const entry = `${TREE_MARK}=${mark}`;
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      // Processes of other users cannot be read, and one that has just ended is gone.
      const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
      return environment.split('\0').includes(entry) ? Number(name) : null;
    }),
  );
  return found.flatMap((pid) => (pid === null ? [] : [pid]));
}
