import type { FailureKind } from '../domain/failure.ts';
import type { TimeSpan } from '../domain/fixed-cost.ts';
import type { FixedCost } from '../domain/price.ts';
import type { SqliteConnection } from '../storage/database.ts';

/** A stretch for which a machine is paid. */
export interface MachineStretch extends TimeSpan {
  /** Nano-dollars. */
  readonly hourly: number;
}

/** An attempt that a machine worked on. */
export interface MachineUse {
  readonly fixed: Extract<FixedCost, { readonly kind: 'gpu' }>;
  /** Row of `routes`. */
  readonly route: number;
  readonly simulated: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** When the machines that are paid by the hour ran, by what they were asked. */
export interface MachineBook {
  /** Must run in the transaction that settles the attempt. In whatever order attempts come, the stretches are the same. */
  ran(use: MachineUse): void;
}

export function createMachineBook(sqlite: SqliteConnection): MachineBook {
  const near = sqlite.prepare<[string, number, number, number], MachineStretch>(
    `SELECT start, stop, hourly FROM machine_hours
     WHERE account = ? AND simulated = ? AND start <= ? AND stop >= ? ORDER BY start`,
  );
  const remove = sqlite.prepare('DELETE FROM machine_hours WHERE account = ? AND simulated = ? AND start = ?');
  const insert = sqlite.prepare('INSERT INTO machine_hours VALUES (?, ?, ?, ?, ?)');
  const route = sqlite.prepare<[number], { provider: string; model: string }>(
    'SELECT provider, model FROM routes WHERE id = ?',
  );

  function accountOf({ fixed, route: id }: MachineUse): string {
    const found = fixed.account === null ? route.get(id) : undefined;
    return accountName(fixed, found?.provider ?? '', found?.model ?? '');
  }

  return {
    ran(use) {
      const { fixed, startedAt, durationMs } = use;
      const stop = Math.ceil(startedAt + durationMs + fixed.idleTimeoutMs);
      if (stop <= startedAt) return;
      const key = [accountOf(use), use.simulated ? 1 : 0] as const;
      const added = { start: startedAt, stop, hourly: fixed.hourly };
      const change = addStretch(near.all(...key, stop, startedAt), added);
      for (const { start } of change.removed) remove.run(...key, start);
      for (const stretch of change.added) insert.run(...key, stretch.start, stretch.stop, stretch.hourly);
    },
  };
}

/** What shares a fee or a machine: the account where it has a name, else the model alone. */
export function accountName(fixed: FixedCost, provider: string, model: string): string {
  return fixed.account ?? `${provider}/${model}`;
}

/** Attempts that never reached the machine did not keep it running. */
export function reachedMachine(failure: FailureKind | null): boolean {
  return failure !== 'connection' && failure !== 'timeout_connect';
}

/**
 * Adds a stretch to those that it touches, so that nothing is paid twice: at the same price they become one; where one
 * of another price stands already, that one stays. `touched` do not overlap and are sorted. Pure.
 */
export function addStretch(
  touched: readonly MachineStretch[],
  added: MachineStretch,
): { readonly removed: readonly MachineStretch[]; readonly added: readonly MachineStretch[] } {
  const others = touched.filter(({ hourly }) => hourly !== added.hourly);
  const same = touched.filter(({ hourly }) => hourly === added.hourly);
  const stretches = [...same, ...without(added, others)].sort((a, b) => a.start - b.start);
  const merged: MachineStretch[] = [];
  for (const stretch of stretches) {
    const last = merged.at(-1);
    if (last && stretch.start <= last.stop) {
      merged[merged.length - 1] = { ...last, stop: Math.max(last.stop, stretch.stop) };
    } else merged.push(stretch);
  }
  return { removed: same, added: merged };
}

/** What is left of a stretch outside of others. */
function without(stretch: MachineStretch, others: readonly MachineStretch[]): readonly MachineStretch[] {
  const pieces: MachineStretch[] = [];
  let { start } = stretch;
  for (const other of others) {
    if (other.start > start) pieces.push({ ...stretch, start, stop: Math.min(other.start, stretch.stop) });
    start = Math.max(start, other.stop);
  }
  if (start < stretch.stop) pieces.push({ ...stretch, start });
  return pieces.filter((piece) => piece.start < piece.stop);
}
