import { describe, expect, it } from 'vitest';
import { createHeartbeat, isGone, processOwner } from '../../src/spend/process-owner.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const MINUTE = 60_000;
const self = { host: 'here', pid: 10, startedAt: 5 };
const alive = () => true;
const dead = () => false;

describe('whether a process is gone', () => {
  const seen = { ...self, pid: 11, seenAt: 0 };
  it.each([
    ['this process is not', { ...self, seenAt: 0 }, 999 * MINUTE, dead, false],
    ['an earlier one with our pid is', { ...self, startedAt: 4, seenAt: 0 }, 0, alive, true],
    ['one whose pid is free is', seen, 0, dead, true],
    ['a living one is not', seen, 59 * MINUTE, alive, false],
    ['one that is silent for an hour is, although its pid is in use', seen, 61 * MINUTE, alive, true],
    ['one on another host is judged by its silence', { ...seen, host: 'there' }, 9 * MINUTE, dead, false],
    ['one on another host is gone after ten minutes', { ...seen, host: 'there' }, 11 * MINUTE, alive, true],
  ])('%s', (_title, owner, now, probe, gone) => {
    expect(isGone(owner, self, now, probe)).toBe(gone);
  });

  it('asks the operating system about real processes', () => {
    const own = processOwner();
    const other = (pid: number) => ({ ...own, pid, startedAt: 1, seenAt: 0 });
    expect(isGone(other(process.ppid), own, 0)).toBe(false);
    expect(isGone(other(2 ** 30), own, 0)).toBe(true);
  });
});

describe('the heartbeat', () => {
  it('is written at most once a minute, and keeps its id when its row was removed', async () => {
    const { sqlite } = await openTestDatabase();
    const beat = createHeartbeat(sqlite, self);
    const rows = () => sqlite.prepare('SELECT id, seen_at FROM owners').all();
    const id = beat(1_000);
    beat(1_000 + MINUTE - 1);
    expect(rows()).toEqual([{ id, seen_at: 1_000 }]);
    sqlite.exec('DELETE FROM owners');
    expect(beat(1_000 + MINUTE)).toBe(id);
    expect(rows()).toEqual([{ id, seen_at: 1_000 + MINUTE }]);
  });
});
