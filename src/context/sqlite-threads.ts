import { Buffer } from 'node:buffer';
import type { Message } from '../domain/completion-request.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { emptyWal } from '../storage/empty-wal.ts';
import type { Kept, NewTurn, Thread, ThreadBounds, ThreadOwner, ThreadSummary, Threads } from './thread.ts';

const DAY_MS = 86_400_000;

export interface SqliteThreadsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Conversations with the sandbox are kept apart from those with real models. */
  readonly simulated: boolean;
  /** Threads that were not used for so long are removed. */
  readonly maxAgeDays: number;
  /** Of all threads together; beyond it the threads that were not used for longest are removed. */
  readonly maxBytes: number;
}

interface Row {
  readonly seq: number;
  readonly private: number;
  readonly region: string | null;
}

interface ListRow extends Row {
  readonly id: string;
  readonly access_key: string;
  readonly project: string;
  readonly simulated: number;
  readonly created_at: number;
  readonly used_at: number;
  readonly turns: number;
  readonly bytes: number;
}

/** Threads in SQLite. A turn is added in one immediate transaction, so that of two calls at once neither is lost. */
export function createSqliteThreads(options: SqliteThreadsOptions): Threads {
  const { database, clock, simulated, maxAgeDays, maxBytes } = options;
  const { sqlite } = database;
  // What is deleted is overwritten in the file.
  sqlite.pragma('secure_delete = ON');
  const NAME = 'access_key = :key AND project = :project AND simulated = :simulated AND id = :id';
  const find = sqlite.prepare<[Record<string, unknown>], Row>(
    `SELECT seq, private, region FROM threads WHERE ${NAME} AND used_at >= :oldest`,
  );
  const clear = sqlite.prepare(`DELETE FROM threads WHERE ${NAME}`);
  const begin = sqlite.prepare(
    `INSERT INTO threads (access_key, project, simulated, id, created_at, used_at, private, region, turns, bytes)
     VALUES (:key, :project, :simulated, :id, :now, :now, 0, NULL, 0, 0)`,
  );
  const tighten = sqlite.prepare(
    'UPDATE threads SET private = max(private, :private), region = ifnull(region, :region), used_at = :now WHERE seq = :seq',
  );
  const turnsOf = sqlite.prepare<[number], { number: number; messages: string }>(
    'SELECT number, messages FROM thread_turns WHERE thread = ? ORDER BY number',
  );
  const addTurn = sqlite.prepare(
    `INSERT INTO thread_turns (thread, number, call_id, at, messages)
     VALUES (:seq, (SELECT ifnull(max(number), 0) + 1 FROM thread_turns WHERE thread = :seq), :callId, :now, :messages)`,
  );
  const grow = sqlite.prepare('UPDATE threads SET turns = turns + 1, bytes = bytes + :bytes WHERE seq = :seq');
  const total = sqlite.prepare('SELECT ifnull(sum(bytes), 0) FROM threads').pluck();
  const ownBytes = sqlite.prepare('SELECT bytes FROM threads WHERE seq = ?').pluck();
  const dropOldest = sqlite.prepare(
    'DELETE FROM threads WHERE seq = (SELECT seq FROM threads WHERE seq <> ? ORDER BY used_at, seq LIMIT 1)',
  );
  const expire = sqlite.prepare('DELETE FROM threads WHERE used_at < ?');
  const all = sqlite.prepare<[number], ListRow>(
    'SELECT * FROM threads WHERE used_at >= ? ORDER BY used_at DESC, seq DESC',
  );
  const findSummary = sqlite
    .prepare<[Record<string, unknown>], string>(
      `SELECT summary FROM thread_summaries WHERE hash = :hash AND thread = (SELECT seq FROM threads WHERE ${NAME})`,
    )
    .pluck();
  const addSummary = sqlite.prepare(
    `INSERT INTO thread_summaries (thread, hash, summary) SELECT seq, :hash, :summary FROM threads WHERE ${NAME}
     ON CONFLICT DO NOTHING`,
  );

  const oldest = () => clock.now() - maxAgeDays * DAY_MS;
  const nameOf = ({ key, project }: ThreadOwner, id: string) => ({
    key: key ?? '',
    project: project ?? '',
    simulated: simulated ? 1 : 0,
    id,
  });
  const row = (owner: ThreadOwner, id: string) => find.get({ ...nameOf(owner, id), oldest: oldest() });

  /** The thread's row, begun where there is none; one that is too old is as good as none. To be used in a transaction. */
  const ensure = (owner: ThreadOwner, id: string): number => {
    const known = row(owner, id);
    if (known) return known.seq;
    const name = nameOf(owner, id);
    clear.run(name);
    return Number(begin.run({ ...name, now: clock.now() }).lastInsertRowid);
  };
  const bindRow = (seq: number, bounds: ThreadBounds) =>
    tighten.run({ seq, private: bounds.private ? 1 : 0, region: bounds.region, now: clock.now() });
  const toThread = (found: Row): Thread => ({
    seq: found.seq,
    private: found.private === 1,
    region: found.region,
    turns: turnsOf.all(found.seq).map(({ number, messages }) => ({
      number,
      messages: JSON.parse(messages) as readonly Message[],
    })),
  });
  const makeRoom = (seq: number, bytes: number): boolean => {
    if (Number(ownBytes.get(seq)) + bytes > maxBytes) return false;
    while (Number(total.get()) + bytes > maxBytes && dropOldest.run(seq).changes > 0);
    return true;
  };

  return {
    // In one transaction, so that bounds and turns are of the same moment; one that only reads takes no lock.
    read: database.guarded(
      sqlite.transaction((owner: ThreadOwner, id: string) => {
        const found = row(owner, id);
        return found ? toThread(found) : null;
      }),
    ),
    bind: database.transaction((owner: ThreadOwner, id: string, bounds: ThreadBounds) => {
      bindRow(ensure(owner, id), bounds);
      const found = row(owner, id);
      if (!found) throw new Error('A thread that was begun is there.');
      return toThread(found);
    }),
    append: database.transaction((owner: ThreadOwner, id: string, known: number | null, turn: NewTurn): Kept => {
      if (known !== null && row(owner, id)?.seq !== known) return 'forgotten';
      const messages = JSON.stringify(turn.messages);
      const bytes = Buffer.byteLength(messages);
      const seq = ensure(owner, id);
      if (!makeRoom(seq, bytes)) return 'full';
      addTurn.run({ seq, callId: turn.callId, now: clock.now(), messages });
      grow.run({ seq, bytes });
      bindRow(seq, turn);
      return 'kept';
    }),
    forget: (owner, id) => {
      const gone = database.transaction(() => clear.run(nameOf(owner, id)).changes > 0)();
      if (gone) emptyWal(database);
      return gone;
    },
    list: database.guarded(() => all.all(oldest()).map(toSummary)),
    readSummary: database.guarded(
      (owner: ThreadOwner, id: string, hash: string) => findSummary.get({ ...nameOf(owner, id), hash }) ?? null,
    ),
    keepSummary: database.transaction((owner: ThreadOwner, id: string, hash: string, summary: string) => {
      addSummary.run({ ...nameOf(owner, id), hash, summary });
    }),
    sweep: database.transaction(() => expire.run(oldest()).changes),
  };
}

function toSummary(row: ListRow): ThreadSummary {
  return {
    id: row.id,
    project: row.project || null,
    key: row.access_key || null,
    simulated: row.simulated === 1,
    private: row.private === 1,
    region: row.region,
    createdAt: row.created_at,
    usedAt: row.used_at,
    turns: row.turns,
    bytes: row.bytes,
  };
}
